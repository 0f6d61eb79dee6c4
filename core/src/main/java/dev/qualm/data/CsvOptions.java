package dev.qualm.data;

import dev.qualm.QualmException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a table is read. Columns are given by their name in the header, or by number from 0 ({@code -1} is the last).
 *
 * @param delimiter between fields
 * @param header whether the first record names the columns
 * @param label the column of the labels, or null if there are none
 * @param ignored columns that are no inputs, for example keys
 */
public record CsvOptions(
        char delimiter, Header header, @Nullable String label, List<String> ignored) {
    /** Whether the first record names the columns. */
    public enum Header {
        /** It does if it holds text where the second record holds a number. */
        AUTO,
        YES,
        NO
    }

    /** Commas, header found by itself, no labels. */
    public static final CsvOptions DEFAULT = new CsvOptions(',', Header.AUTO, null, List.of());

    public CsvOptions {
        ignored = List.copyOf(ignored);
        if (delimiter == '"' || delimiter == '\n' || delimiter == '\r') {
            throw new QualmException(
                    "A quote or a line break cannot separate the fields of a table; expected , ; or a tab");
        }
    }

    public CsvOptions withDelimiter(char separator) {
        return new CsvOptions(separator, header, label, ignored);
    }

    public CsvOptions withHeader(Header presence) {
        return new CsvOptions(delimiter, presence, label, ignored);
    }

    public CsvOptions withLabel(@Nullable String column) {
        return new CsvOptions(delimiter, header, column, ignored);
    }

    public CsvOptions withIgnored(List<String> columns) {
        return new CsvOptions(delimiter, header, label, columns);
    }
}
