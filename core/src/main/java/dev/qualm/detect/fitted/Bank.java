package dev.qualm.detect.fitted;

import dev.qualm.array.Array;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Items as they are, all of them up to a number, beyond it a uniform sample of the different ones.
 */
/*
 * Kept are the items whose keys, hashes of their content, are the smallest ("bottom-k" or KMV sampling; Bar-Yossef et al. 2002): which those are
 * depends neither on the order nor on the parts in which items come, and any part of a sample in hash order is a sample itself. Equal
 * items share a hash and so a fate; each copy takes a place.
 */
public final class Bank implements Statistic<Bank> {
    /** Places by default. */
    public static final int PLACES = 10_000;

    /** Percentiles of all activations are taken of at most so many numbers. */
    private static final int NUMBERS = 1 << 22;

    /** A bank of so many places. */
    public record Of(int places) implements Need<Bank> {
        @Override
        public Bank empty(Site site) {
            return new Bank(places, null);
        }

        @Override
        public Class<Bank> type() {
            return Bank.class;
        }
    }

    /** A bank of so many places that keeps a quantity in place of the features; items without one are left out. */
    record OfQuantity(int places, Quantity quantity) implements Need<Bank> {
        @Override
        public Bank empty(Site site) {
            return new Bank(places, quantity.name());
        }

        @Override
        public Class<Bank> type() {
            return Bank.class;
        }
    }

    /**
     * An item.
     *
     * @param hash its key
     * @param label true class, or {@link Readings#UNKNOWN}
     */
    record Item(long hash, Packed features, Packed logits, int label) implements Comparable<Item> {
        @Override
        public int compareTo(Item o) {
            int by = Long.compare(hash, o.hash);
            by = by == 0 ? Integer.compare(label, o.label) : by;
            by = by == 0 ? features.compareTo(o.features) : by;
            return by == 0 ? logits.compareTo(o.logits) : by;
        }
    }

    private final int places;
    private final @Nullable String quantity;
    private int[] layout = {};
    private final PriorityQueue<Item> items = new PriorityQueue<>(java.util.Comparator.reverseOrder());

    /** Made when first asked for, and shared by all that do. */
    private @Nullable Array featureMatrix;

    private @Nullable Array logitMatrix;

    private Bank(int places, @Nullable String quantity) {
        this.places = places;
        this.quantity = quantity;
    }

    static Of places(int places) {
        return new Of(places);
    }

    static OfQuantity places(int places, Quantity quantity) {
        return new OfQuantity(places, quantity);
    }

    static Of usual() {
        return new Of(PLACES);
    }

    @Override
    public void add(Readings batch) {
        double[][] values = null;
        if (quantity != null) {
            Quantity.Rows rows = batch.quantity(quantity);
            layout = rows.layout();
            values = rows.values();
        }
        for (int i = 0; i < batch.size(); i++) {
            double[] kept = values == null ? batch.features(i) : values[i];
            if (values != null && !Vectors.finite(kept)) {
                continue;
            }
            long hash = batch.key(i);
            Item last = items.size() < places ? null : items.peek();
            if (last == null || hash <= last.hash) {
                put(new Item(hash, Packed.of(kept), Packed.of(batch.logits(i)), batch.label(i)));
            }
        }
    }

    private void put(Item item) {
        featureMatrix = null;
        logitMatrix = null;
        if (items.size() < places) {
            items.add(item);
        } else if (item.compareTo(items.element()) < 0) {
            items.remove();
            items.add(item);
        }
    }

    @Override
    public void merge(Bank other) {
        layout = layout.length == 0 ? other.layout : layout;
        other.items.forEach(this::put);
    }

    /** In order of their hashes. */
    List<Item> items() {
        List<Item> sorted = new ArrayList<>(items);
        sorted.sort(null);
        return sorted;
    }

    /** Of the quantity. */
    int[] layout() {
        return layout.clone();
    }

    /** What is kept of the items, {@code [n, d]} in order of their hashes: their features, or the quantity. */
    Array features() {
        if (featureMatrix == null) {
            featureMatrix = matrix(Item::features);
        }
        return featureMatrix;
    }

    Array logits() {
        if (logitMatrix == null) {
            logitMatrix = matrix(Item::logits);
        }
        return logitMatrix;
    }

    private Array matrix(Function<Item, Packed> of) {
        List<Packed> rows = items().stream().map(of).toList();
        return Packed.matrix(rows, rows.isEmpty() ? 0 : rows.get(0).length());
    }

    /** All activations of the items, or of as many as can be sorted in reasonable memory. */
    double[] activations() {
        List<Item> all = items();
        int d = all.isEmpty() ? 0 : all.get(0).features.length();
        int n = Math.min(all.size(), Math.max(1, NUMBERS / Math.max(1, d)));
        double[] out = new double[n * d];
        for (int i = 0; i < n; i++) {
            all.get(i).features.copyTo(out, i * d);
        }
        return out;
    }
}
