package dev.qualm.data;

import dev.qualm.UnreadableFileException;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records of a CSV text as RFC 4180 has them: quoted fields may hold the delimiter, line breaks and doubled quotes.
 * Lines end with LF, CRLF or CR; empty lines are skipped.
 */
final class CsvReader {
    /** A field or record beyond these is a quote that was never closed, or no CSV at all. */
    private static final int MAX_FIELD = 1 << 20;

    private static final int MAX_COLUMNS = 1 << 20;

    private final Reader in;
    private final char delimiter;
    private final String name;
    private int line = 1;
    private int recordLine = 1;
    private int pushedBack = NONE;
    private static final int NONE = -2;
    private static final int END = -1;

    CsvReader(Reader in, char delimiter, String name) {
        this.in = in;
        this.delimiter = delimiter;
        this.name = name;
    }

    /** 1-based line on which the last record began. */
    int line() {
        return recordLine;
    }

    /** The next record, or null at the end. */
    @Nullable
    List<String> next() throws IOException {
        int c = read();
        while (c == '\n' || c == '\r') {
            endLine(c);
            c = read();
        }
        if (c == END) {
            return null;
        }
        recordLine = line;
        pushedBack = c;
        List<String> fields = new ArrayList<>();
        int end;
        do {
            if (fields.size() == MAX_COLUMNS) {
                throw error(fields, "more than " + MAX_COLUMNS + " columns");
            }
            StringBuilder field = new StringBuilder();
            end = field(field, fields);
            fields.add(field.toString());
        } while (end == delimiter);
        if (end != END) {
            endLine(end);
        }
        return fields;
    }

    /** Reads one field and the character that ends it. */
    private int field(StringBuilder field, List<String> before) throws IOException {
        int c = read();
        if (c != '"') {
            while (c != delimiter && c != '\n' && c != '\r' && c != END) {
                if (c == '"') {
                    throw error(
                            before,
                            "a quote inside an unquoted field; quote the whole field and double the quotes in it");
                }
                append(field, c, before);
                c = read();
            }
            return c;
        }
        int opened = line;
        while (true) {
            c = read();
            if (c == END) {
                throw error(before, "a quoted field opened on line " + opened + " and never closed");
            } else if (c == '"') {
                c = read();
                if (c != '"') {
                    break;
                }
                append(field, '"', before);
            } else {
                append(field, c, before);
                if (c == '\n') {
                    line++;
                }
            }
        }
        if (c != delimiter && c != '\n' && c != '\r' && c != END) {
            throw error(before, "text after a closing quote; double the quotes inside a quoted field");
        }
        return c;
    }

    private void append(StringBuilder field, int c, List<String> before) {
        if (field.length() == MAX_FIELD) {
            throw error(before, "a field of more than " + MAX_FIELD + " characters; is a quote missing?");
        }
        field.append((char) c);
    }

    private int read() throws IOException {
        int c = pushedBack == NONE ? in.read() : pushedBack;
        pushedBack = NONE;
        return c;
    }

    private void endLine(int c) throws IOException {
        line++;
        if (c == '\r') {
            int next = read();
            if (next != '\n') {
                pushedBack = next;
            }
        }
    }

    private UnreadableFileException error(List<String> before, String problem) {
        return new UnreadableFileException(
                name + " line " + recordLine + ", column " + (before.size() + 1) + ": found " + problem);
    }
}
