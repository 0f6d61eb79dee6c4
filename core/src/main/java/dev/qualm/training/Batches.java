package dev.qualm.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Cuts items into batches, in a new random order for every epoch. */
final class Batches {
    private final int items;
    private final int size;
    private final Random random;

    Batches(int items, int size, Random random) {
        this.items = items;
        this.size = size;
        this.random = random;
    }

    /** Batches in one epoch. A last item that would be alone joins the batch before it: one row has no variance. */
    int count() {
        int count = (items + size - 1) / size;
        return count > 1 && size > 1 && items % size == 1 ? count - 1 : count;
    }

    /** The numbers below {@code items} in random order. */
    static int[] shuffled(int items, Random random) {
        int[] order = IntStream.range(0, items).toArray();
        for (int i = items - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int moved = order[i];
            order[i] = order[j];
            order[j] = moved;
        }
        return order;
    }

    /** Row numbers of the batches of the next epoch. */
    List<int[]> next() {
        int[] order = shuffled(items, random);
        List<int[]> batches = new ArrayList<>();
        for (int b = 0; b < count(); b++) {
            batches.add(Arrays.copyOfRange(order, b * size, b == count() - 1 ? items : (b + 1) * size));
        }
        return batches;
    }
}
