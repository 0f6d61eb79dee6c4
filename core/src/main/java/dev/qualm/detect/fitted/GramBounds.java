package dev.qualm.detect.fitted;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Least and greatest Gram sums by class, of nine in ten items, and the others, held out to tell how far sums usually go beyond. */
/*
 * Held out are the items with the smallest hashes, of those in the lowest tenth, as many as there are places. An item that loses its place
 * widens its class's bounds instead. So which are held out depends neither on order nor on parts, and minima and maxima do not either.
 */
final class GramBounds implements Statistic<GramBounds> {
    /** Items held out at most; fewer where their sums are long. */
    private static final int PLACES = 1_000;

    /** Numbers held at most. */
    private static final int NUMBERS = 1 << 23;

    /** The lowest tenth of all hashes. */
    private static final long TENTH = Long.MIN_VALUE + Long.MAX_VALUE / 5;

    /** Bounds of a quantity. */
    record Of(GramSums sums) implements Need<GramBounds> {
        @Override
        public GramBounds empty(Site site) {
            return new GramBounds(sums.name(), site.classes());
        }

        @Override
        public Class<GramBounds> type() {
            return GramBounds.class;
        }
    }

    /** An item held out, with the class whose bounds it is compared with. */
    record Item(long hash, int cls, double[] sums) {}

    private static final Comparator<Item> ORDER =
            Comparator.comparingLong(Item::hash).thenComparingInt(Item::cls).thenComparing(Item::sums, Arrays::compare);

    private final String quantity;
    private final double[][] min;
    private final double[][] max;
    private final double[] counts;
    private final PriorityQueue<Item> heldOut = new PriorityQueue<>(ORDER.reversed());
    private int[] channels = {};

    private GramBounds(String quantity, int classes) {
        this.quantity = quantity;
        min = new double[classes][0];
        max = new double[classes][0];
        counts = new double[classes];
    }

    @Override
    public void add(Readings batch) {
        Quantity.Rows rows = batch.quantity(quantity);
        channels = rows.layout();
        for (int i = 0; i < batch.size(); i++) {
            if (Vectors.finite(rows.values()[i])) {
                put(new Item(batch.key(i), batch.labelOrPrediction(i), rows.values()[i]));
            }
        }
    }

    private void put(Item item) {
        if (item.hash >= TENTH) {
            widen(item.cls, item.sums, item.sums);
            counts[item.cls]++;
            return;
        }
        heldOut.add(new Item(item.hash, item.cls, item.sums.clone()));
        if (heldOut.size() > Math.min(PLACES, Math.max(1, NUMBERS / Math.max(1, item.sums.length)))) {
            Item last = heldOut.remove();
            widen(last.cls, last.sums, last.sums);
            counts[last.cls]++;
        }
    }

    private void widen(int cls, double[] low, double[] high) {
        if (min[cls].length == 0) {
            min[cls] = low.clone();
            max[cls] = high.clone();
            return;
        }
        for (int j = 0; j < low.length; j++) {
            min[cls][j] = Math.min(min[cls][j], low[j]);
            max[cls][j] = Math.max(max[cls][j], high[j]);
        }
    }

    @Override
    public void merge(GramBounds other) {
        channels = channels.length == 0 ? other.channels : channels;
        for (int c = 0; c < counts.length; c++) {
            if (other.counts[c] > 0) {
                widen(c, other.min[c], other.max[c]);
                counts[c] += other.counts[c];
            }
        }
        other.heldOut.forEach(this::put);
    }

    int[] channels() {
        return channels.clone();
    }

    /** Items within the bounds by class. */
    double[] counts() {
        return counts.clone();
    }

    /** Zeros for classes without items. */
    double[][] min(int width) {
        return filled(min, width);
    }

    double[][] max(int width) {
        return filled(max, width);
    }

    private static double[][] filled(double[][] rows, int width) {
        return Arrays.stream(rows)
                .map(r -> r.length == 0 ? new double[width] : r.clone())
                .toArray(double[][]::new);
    }

    List<Item> heldOut() {
        List<Item> sorted = new ArrayList<>(heldOut);
        sorted.sort(ORDER);
        return sorted;
    }
}
