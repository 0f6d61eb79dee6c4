package dev.qualm.sustainability;

import java.util.Arrays;
import java.util.List;

/** One tap under one perturbation, over all items. */
final class CellSums {
    final Moments[] moments;
    final long[] undefined;
    final CkaSums cka = new CkaSums();
    final Kept[] kept;
    private final List<Measure> measures;
    private double difference;
    private double clean;
    private double perturbed;
    private double largest;
    private double entries;
    long nonFinite;
    long skippedBatches;

    /** Values of single items that are kept, in order. */
    static final class Kept {
        private double[] values = new double[16];
        private int size;

        void add(double value) {
            if (size == values.length) {
                values = Arrays.copyOf(values, 2 * size);
            }
            values[size++] = value;
        }

        double[] values() {
            return Arrays.copyOf(values, size);
        }
    }

    CellSums(List<Measure> measures, boolean keeps) {
        this.measures = measures;
        moments = new Moments[measures.size()];
        undefined = new long[measures.size()];
        kept = new Kept[keeps ? measures.size() : 0];
        for (int m = 0; m < moments.length; m++) {
            moments[m] = new Moments();
            if (keeps) {
                kept[m] = new Kept();
            }
        }
    }

    /** Adds an item; the first measure that has no value for it, or null. */
    @org.jspecify.annotations.Nullable
    Measure add(TapSums sums, int i) {
        Measure missing = null;
        difference += sums.difference()[i];
        clean += sums.clean()[i];
        perturbed += sums.perturbed(i);
        largest = Math.max(largest, sums.largest(i));
        entries += sums.entries();
        for (int m = 0; m < moments.length; m++) {
            if (measures.get(m).perItem()) {
                double value = measures.get(m)
                        .value(
                                sums.difference()[i],
                                sums.clean()[i],
                                sums.perturbed(i),
                                sums.largest(i),
                                sums.entries());
                keep(m, value);
                if (Double.isNaN(value)) {
                    undefined[m]++;
                    missing = missing == null ? measures.get(m) : missing;
                } else {
                    moments[m].add(value);
                }
            }
        }
        return missing;
    }

    /** Adds an item without any value. */
    void skip(boolean finite) {
        nonFinite += finite ? 0 : 1;
        for (int m = 0; m < moments.length; m++) {
            if (measures.get(m).perItem()) {
                keep(m, Double.NaN);
                undefined[m] += finite ? 1 : 0;
            }
        }
    }

    private void keep(int m, double value) {
        if (kept.length > 0) {
            kept[m].add(value);
        }
    }

    double whole(Measure measure) {
        return measure.perItem() ? measure.value(difference, clean, perturbed, largest, entries) : Double.NaN;
    }
}
