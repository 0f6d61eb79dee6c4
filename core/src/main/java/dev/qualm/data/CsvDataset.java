package dev.qualm.data;

import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/** Tables of numbers in a CSV file (UTF-8, plain or gzipped): one item a row, FLOAT32 {@code [columns]}. */
public final class CsvDataset {
    private static final Pattern NUMBER =
            Pattern.compile("[-+]?(\\d{1,400}(\\.\\d{0,400})?|\\.\\d{1,400})([eE][-+]?\\d{1,9})?");

    private final String name;
    private final CsvOptions options;
    private int columns;
    private int label = -1;
    private BitSet inputs = new BitSet();
    private List<String> names = List.of();
    private float[] values = new float[1024];
    private int used;
    private final List<String> labels = new ArrayList<>();

    private CsvDataset(String name, CsvOptions options) {
        this.name = name;
        this.options = options;
    }

    /**
     * Reads a table. Labels that are all whole numbers are class numbers; other labels are class names, numbered in the
     * order of {@code classes} or, if that is empty, of the alphabet.
     *
     * @throws UnreadableFileException if the file cannot be read, is no CSV, or an input is empty or no finite number;
     *     the message names line and column
     * @throws QualmException if a column of the options does not exist
     */
    public static Dataset open(Path file, CsvOptions options, List<String> classes) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file));
                Reader text = new BufferedReader(
                        new InputStreamReader(plain(in, file), StandardCharsets.UTF_8.newDecoder()))) {
            return new CsvDataset(file.toString(), options).read(text, classes);
        } catch (CharacterCodingException e) {
            throw new UnreadableFileException(file + ": expected UTF-8 text, but found other bytes", e);
        } catch (IOException e) {
            throw new UnreadableFileException(file + ": cannot be read (" + e + ")", e);
        }
    }

    private static InputStream plain(InputStream in, Path file) throws IOException {
        in.mark(2);
        boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
        in.reset();
        return gzip ? new Inflated(new GZIPInputStream(in, 1 << 16), file) : in;
    }

    /** Stops a small file that unpacks to far more text than numbers ever do. */
    private static final class Inflated extends FilterInputStream {
        private static final long FREE = 64 << 20;
        private static final long RATIO = 250;

        private final Path file;
        private long left;

        Inflated(InputStream in, Path file) throws IOException {
            super(in);
            this.file = file;
            this.left = Math.max(FREE, Files.size(file) * RATIO);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] b, int off, int len) throws IOException {
            int n = in.read(b, off, len);
            left -= Math.max(n, 0);
            if (left < 0) {
                throw new UnreadableFileException(file + ": unpacks to more than " + RATIO
                        + " times its size, which no table of numbers does; unpack it first if it is genuine");
            }
            return n;
        }
    }

    private Dataset read(Reader text, List<String> classes) throws IOException {
        CsvReader csv = new CsvReader(skipMark(text), options.delimiter(), name);
        List<String> first = csv.next();
        int firstLine = csv.line();
        List<String> second = first == null ? null : csv.next();
        if (first == null) {
            throw new UnreadableFileException(name + ": expected a table, but found no line");
        }
        boolean header = switch (options.header()) {
            case YES -> true;
            case NO -> false;
            case AUTO -> second != null && isHeader(first, second);
        };
        arrange(first, header);
        if (!header) {
            add(first, firstLine);
        }
        for (List<String> record = second; record != null; record = csv.next()) {
            add(record, csv.line());
        }
        int rows = labels.size();
        if (rows == 0) {
            throw new UnreadableFileException(name + ": expected rows below the header, but found none");
        }
        Array array = Array.of(Arrays.copyOf(values, used), rows, inputs.cardinality());
        ItemSource source = new ArraySource(array, Layout.NCHW, "table " + name, inputNames());
        if (label < 0) {
            return Dataset.of(source, null, classes);
        }
        Labels numbered = Labels.of(labels, classes, name);
        return Dataset.of(source, numbered.numbers(), numbered.classes());
    }

    private List<String> inputNames() {
        return names.isEmpty() ? names : inputs.stream().mapToObj(names::get).toList();
    }

    private static Reader skipMark(Reader text) throws IOException {
        text.mark(1);
        if (text.read() != '\ufeff') {
            text.reset();
        }
        return text;
    }

    private static boolean isHeader(List<String> first, List<String> second) {
        for (int i = 0; i < Math.min(first.size(), second.size()); i++) {
            if (!isNumber(first.get(i)) && isNumber(second.get(i))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isNumber(String field) {
        return NUMBER.matcher(field.strip()).matches();
    }

    private void arrange(List<String> first, boolean header) {
        columns = first.size();
        names = header ? first.stream().map(String::strip).toList() : List.of();
        String labelColumn = options.label();
        inputs.set(0, columns);
        for (String ignored : options.ignored()) {
            inputs.clear(column(ignored));
        }
        if (labelColumn != null) {
            label = column(labelColumn);
            inputs.clear(label);
        }
        if (inputs.isEmpty()) {
            throw new QualmException(name + ": no input column is left of " + columns + "; is the delimiter '"
                    + options.delimiter() + "' right?");
        }
    }

    private int column(String nameOrNumber) {
        int named = names.indexOf(nameOrNumber);
        if (named >= 0 && named == names.lastIndexOf(nameOrNumber)) {
            return named;
        }
        try {
            int number = Integer.parseInt(nameOrNumber);
            int index = number < 0 ? columns + number : number;
            if (named < 0 && index >= 0 && index < columns) {
                return index;
            }
        } catch (NumberFormatException e) {
            // Not a number either: falls through to the error.
        }
        throw new QualmException(name + ": expected one column '" + nameOrNumber + "', but found "
                + (named >= 0 ? "several" : "none") + " among " + columns + " columns "
                + (names.size() > 40 ? names.subList(0, 40) + "..." : names) + "; give a name or a number from 0 to "
                + (columns - 1));
    }

    private void add(List<String> record, int line) {
        if (record.size() != columns) {
            throw new UnreadableFileException(name + " line " + line + ": expected " + columns
                    + " columns as in the first line, but found " + record.size());
        }
        labels.add(label < 0 ? "" : record.get(label).strip());
        if (label >= 0 && labels.get(labels.size() - 1).isEmpty()) {
            throw new UnreadableFileException(
                    name + " line " + line + ", " + columnName(label) + ": found an empty label");
        }
        for (int c = inputs.nextSetBit(0); c >= 0; c = inputs.nextSetBit(c + 1)) {
            if (used == values.length) {
                grow(line);
            }
            values[used++] = number(record.get(c).strip(), line, c);
        }
    }

    private void grow(int line) {
        int limit = Integer.MAX_VALUE - 8;
        if (used == limit) {
            throw new UnreadableFileException(
                    name + " line " + line + ": found more than " + limit + " numbers; split the file");
        }
        values = Arrays.copyOf(values, (int) Math.min(limit, used * 2L));
    }

    private float number(String field, int line, int column) {
        float value = NUMBER.matcher(field).matches() ? Float.parseFloat(field) : Float.NaN;
        if (!Float.isFinite(value)) {
            String found = field.isEmpty()
                    ? "nothing"
                    : "'" + (field.length() > 40 ? field.substring(0, 40) + "..." : field) + "'";
            throw new UnreadableFileException(name + " line " + line + ", " + columnName(column)
                    + ": expected a finite number, but found " + found
                    + "; fill it in, encode it as a number, or ignore the column");
        }
        return value;
    }

    private String columnName(int column) {
        return "column " + (column + 1) + (names.isEmpty() ? "" : " (" + names.get(column) + ")");
    }
}
