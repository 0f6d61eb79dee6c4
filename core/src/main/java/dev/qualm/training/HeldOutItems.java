package dev.qualm.training;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Which items are learnt from and which are kept aside.
 *
 * @param learnt rows, ascending
 * @param aside rows, ascending
 */
record HeldOutItems(int[] learnt, int[] aside) {
    static HeldOutItems of(int items, TrainingOptions options) {
        if (options.earlyStopping() == null) {
            return new HeldOutItems(IntStream.range(0, items).toArray(), new int[0]);
        }
        int count = (int) Math.round(items * options.earlyStopping().share());
        if (count < 1 || count >= items) {
            throw new TrainingException("Expected items to learn from and items to keep aside, but found "
                    + (items - count) + " and " + count + "; change the share of early stopping");
        }
        int[] order = Batches.shuffled(items, new Random(options.seed() + 2));
        int[] aside = Arrays.copyOf(order, count);
        int[] learnt = Arrays.copyOfRange(order, count, items);
        Arrays.sort(aside);
        Arrays.sort(learnt);
        return new HeldOutItems(learnt, aside);
    }

    /** Rows of all items, of rows of those that are learnt from. */
    int[] learnt(int[] rows) {
        return Arrays.stream(rows).map(r -> learnt[r]).toArray();
    }
}
