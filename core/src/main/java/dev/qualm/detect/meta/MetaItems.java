package dev.qualm.detect.meta;

import dev.qualm.detect.ScoreTable;
import dev.qualm.mutation.ItemSet;
import dev.qualm.network.onnx.ModelHash;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Items to learn from: their scores, and whether they are to be distrusted.
 *
 * @param parts names of the scores
 * @param rows {@code [item][part]}; NaN where undefined, and such an item teaches nothing
 * @param distrust true for wrong predictions and known outliers
 * @param contents what tells items apart: first 64 bits of the hash of each item's content, or of that of the item it was made from, so that
 *     an item and what was made of it stay in one fold
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record MetaItems(List<String> parts, double[][] rows, boolean[] distrust, long[] contents) {
    public MetaItems {
        parts = List.copyOf(parts);
        int p = parts.size();
        if (p == 0 || parts.stream().distinct().count() < p) {
            throw new MetaException("Expected at least one score and none twice, but found " + parts);
        }
        if (rows.length != distrust.length
                || rows.length != contents.length
                || Arrays.stream(rows).anyMatch(r -> r.length != p)) {
            throw new MetaException("Expected rows of " + p + " scores, and a mark and a content for each of the "
                    + rows.length + " rows, but found " + distrust.length + " marks and " + contents.length
                    + " contents, or rows of another length");
        }
    }

    /**
     * Some scores of a table.
     *
     * @param parts names of the table's scores
     * @param contents as {@link ItemSet#each} names the table's items
     */
    public static MetaItems of(ScoreTable table, List<String> parts, boolean[] distrust, long[] contents) {
        return new MetaItems(parts, rows(table, parts), distrust, contents);
    }

    /**
     * Wrong predictions are to be distrusted: the usual target, which asks for nothing but labels.
     *
     * @param labels true classes by item; items without a prediction teach nothing
     */
    public static MetaItems ofPredictions(ScoreTable table, List<String> parts, int[] labels, long[] contents) {
        boolean[] wrong = new boolean[labels.length];
        for (int i = 0; i < wrong.length; i++) {
            wrong[i] = table.predictions()[i] != labels[i];
        }
        return of(table, parts, wrong, contents);
    }

    static double[][] rows(ScoreTable table, List<String> parts) {
        double[][] rows = new double[table.size()][parts.size()];
        for (int p = 0; p < parts.size(); p++) {
            double[] values = table.of(parts.get(p));
            for (int i = 0; i < rows.length; i++) {
                rows[i][p] = values[i];
            }
        }
        return rows;
    }

    /** These and others. */
    public MetaItems and(MetaItems others) {
        if (!others.parts.equals(parts)) {
            throw new MetaException("Expected items with the scores " + parts + ", but found " + others.parts);
        }
        int n = size();
        double[][] allRows = Arrays.copyOf(rows, n + others.size());
        boolean[] allMarks = Arrays.copyOf(distrust, allRows.length);
        long[] allContents = Arrays.copyOf(contents, allRows.length);
        System.arraycopy(others.rows, 0, allRows, n, others.size());
        System.arraycopy(others.distrust, 0, allMarks, n, others.size());
        System.arraycopy(others.contents, 0, allContents, n, others.size());
        return new MetaItems(parts, allRows, allMarks, allContents);
    }

    /** The given items in the given order. */
    public MetaItems select(int... items) {
        boolean[] marks = new boolean[items.length];
        for (int i = 0; i < items.length; i++) {
            marks[i] = distrust[items[i]];
        }
        return new MetaItems(
                parts,
                IntStream.of(items).mapToObj(i -> rows[i]).toArray(double[][]::new),
                marks,
                IntStream.of(items).mapToLong(i -> contents[i]).toArray());
    }

    public int size() {
        return rows.length;
    }

    /** Whether there are defined items of both kinds, without which nothing can be learnt. */
    public boolean teachable() {
        boolean trusted = false;
        boolean distrusted = false;
        for (int i = 0; i < size(); i++) {
            boolean counts = defined(i);
            trusted |= counts && !distrust[i];
            distrusted |= counts && distrust[i];
        }
        return trusted && distrusted;
    }

    /** Whether all scores of an item are defined and finite. */
    boolean defined(int i) {
        return Arrays.stream(rows[i]).allMatch(Double::isFinite);
    }

    /** The contents as a set whose name does not depend on their order. */
    static ItemSet itemSet(long[] contents) {
        long[] sorted = contents.clone();
        Arrays.sort(sorted);
        ByteBuffer bytes = ByteBuffer.allocate(sorted.length * Long.BYTES);
        bytes.asLongBuffer().put(sorted);
        return new ItemSet(ModelHash.of(bytes.array()), sorted);
    }

    @Override
    public String toString() {
        int distrusted = 0;
        for (boolean d : distrust) {
            distrusted += d ? 1 : 0;
        }
        return size() + " items with scores " + parts + ", " + distrusted + " to be distrusted";
    }
}
