package dev.qualm.evaluate;

import dev.qualm.array.Array;
import dev.qualm.data.Batch;
import dev.qualm.data.Dataset;
import dev.qualm.mutation.ItemSet;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Content hashes of a data set's items.
 *
 * @param each in the data's order; 0 where an item cannot be read
 * @param readable numbers of the items that can
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Contents(long[] each, int[] readable) {
    private static final int PART = 256;

    static Contents of(Dataset data) {
        long[] each = new long[data.size()];
        boolean[] ok = new boolean[data.size()];
        for (int from = 0; from < each.length; from += PART) {
            Batch batch = data.read(from, Math.min(each.length, from + PART));
            int[] kept = IntStream.range(0, batch.size())
                    .filter(i -> batch.status().get(i).ok())
                    .toArray();
            Array inputs = batch.inputs().select(kept);
            long[] found = ItemSet.each(inputs);
            for (int i = 0; i < kept.length; i++) {
                each[from + kept[i]] = found[i];
                ok[from + kept[i]] = true;
            }
        }
        return new Contents(
                each, IntStream.range(0, each.length).filter(i -> ok[i]).toArray());
    }

    /** Of the readable items, ascending. */
    long[] sorted() {
        long[] out = Arrays.stream(readable).mapToLong(i -> each[i]).toArray();
        Arrays.sort(out);
        return out;
    }

    /** How many of the readable items occur in a sorted list. */
    int sharedWith(long[] sorted) {
        return (int) Arrays.stream(readable)
                .filter(i -> Arrays.binarySearch(sorted, each[i]) >= 0)
                .count();
    }

    /** How many readable items are copies of another. */
    int copies() {
        return readable.length
                - (int) Arrays.stream(readable)
                        .mapToLong(i -> each[i])
                        .distinct()
                        .count();
    }
}
