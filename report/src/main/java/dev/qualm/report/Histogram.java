package dev.qualm.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How one score is distributed over the sets, in common bins.
 *
 * @param score name of the score
 * @param logarithmic whether the bins are of equal width in the logarithm of the score
 * @param edges bin boundaries in the score's own unit, ascending; one more than there are bins
 * @param sets the in-distribution set first
 */
public record Histogram(String score, boolean logarithmic, double[] edges, List<Counts> sets) {
    /** Upper over lower half of the bulk beyond which bins of equal width would hide everything in the first ones. */
    private static final double SKEWED = 6;

    /**
     * One set's counts.
     *
     * @param bins images per bin; the first and last also hold everything beyond the edges, infinities included
     * @param undefined images whose score is NaN, in no bin
     */
    public record Counts(String dataset, long[] bins, long undefined) {
        public Counts {
            bins = bins.clone();
        }

        /** Share of all images of the set in each bin. */
        public double[] shares() {
            long total = Math.max(1, undefined + Arrays.stream(bins).sum());
            return Arrays.stream(bins).mapToDouble(n -> (double) n / total).toArray();
        }
    }

    public Histogram {
        edges = edges.clone();
        sets = List.copyOf(sets);
        if (edges.length < 2 || sets.isEmpty()) {
            throw new IllegalArgumentException("Histogram of " + score + " needs a bin and a set, but found "
                    + edges.length + " edges and " + sets.size() + " sets");
        }
        for (Counts c : sets) {
            if (c.bins().length != edges.length - 1) {
                throw new IllegalArgumentException("Histogram of " + score + " has " + (edges.length - 1)
                        + " bins, but set " + c.dataset() + " has " + c.bins().length);
            }
        }
    }

    /**
     * Counts scores in {@code bins} bins of equal width; equal in the logarithm where a score is positive and
     * strongly skewed, as norms of gradients are. Scores of zero or less are then in the first bin.
     *
     * @param reference name of the in-distribution set, a key of {@code values}
     * @param values scores by set, in the order to show them
     */
    public static Histogram of(String score, String reference, Map<String, double[]> values, int bins) {
        double[] in = values.get(reference);
        if (in == null || bins < 1) {
            throw new IllegalArgumentException("Expected scores of '" + reference
                    + "' and at least one bin, but found sets " + values.keySet() + " and " + bins + " bins");
        }
        boolean logarithmic = skewed(in, values.values());
        Map<String, double[]> shown = new LinkedHashMap<>();
        values.forEach((name, v) -> shown.put(name, logarithmic ? log10(v) : v));
        double[] edges = edges(logarithmic ? log10(in) : in, shown.values(), bins);
        List<Counts> sets = new ArrayList<>();
        sets.add(count(reference, logarithmic ? log10(in) : in, edges));
        shown.forEach((name, v) -> {
            if (!name.equals(reference)) {
                sets.add(count(name, v, edges));
            }
        });
        double[] raw =
                logarithmic ? Arrays.stream(edges).map(e -> Math.pow(10, e)).toArray() : edges;
        return new Histogram(score, logarithmic, raw, sets);
    }

    /**
     * Counts numbers in {@code bins} bins of equal width from {@code low} to {@code high}.
     *
     * @param reference name of the set to compare with, a key of {@code values}
     * @param values numbers by set, in the order to show them
     */
    public static Histogram linear(
            String score, String reference, Map<String, double[]> values, int bins, double low, double high) {
        double[] in = values.get(reference);
        if (in == null || bins < 1 || !(low < high)) {
            throw new IllegalArgumentException("Expected numbers of '" + reference
                    + "', at least one bin and low < high, but found sets " + values.keySet() + ", " + bins
                    + " bins from " + low + " to " + high);
        }
        double[] edges = new double[bins + 1];
        for (int i = 0; i <= bins; i++) {
            edges[i] = low + (high - low) * i / bins;
        }
        List<Counts> sets = new ArrayList<>();
        sets.add(count(reference, in, edges));
        values.forEach((name, v) -> {
            if (!name.equals(reference)) {
                sets.add(count(name, v, edges));
            }
        });
        return new Histogram(score, false, edges, sets);
    }

    private static boolean skewed(double[] in, Collection<double[]> all) {
        double[] core = range(in, 0.005);
        double[] pooled = all.stream().flatMapToDouble(Arrays::stream).toArray();
        double[] bulk = range(pooled, 0.05);
        double middle = range(pooled, 0.5)[0];
        return core[0] > 0 && bulk[0] > 0 && bulk[1] - middle > SKEWED * (middle - bulk[0]);
    }

    /** NaN stays NaN; zero and less become negative infinity. */
    private static double[] log10(double[] values) {
        return Arrays.stream(values)
                .map(v -> v <= 0 ? Double.NEGATIVE_INFINITY : Math.log10(v))
                .toArray();
    }

    /*
     * The range covers the middle 99 % of the in-distribution set and the middle 96 % of every other, but reaches at
     * most three in-distribution widths further on either side: one heavy-tailed set must not squeeze the others into
     * one bin.
     */
    private static double[] edges(double[] in, Collection<double[]> all, int bins) {
        double[] core = range(in, 0.005);
        double low = core[0];
        double high = core[1];
        boolean known = low <= high;
        double reach = known && high > low ? 3 * (high - low) : Double.POSITIVE_INFINITY;
        for (double[] values : all) {
            double[] r = range(values, 0.02);
            if (r[0] <= r[1]) {
                low = Math.min(low, known ? Math.max(r[0], core[0] - reach) : r[0]);
                high = Math.max(high, known ? Math.min(r[1], core[1] + reach) : r[1]);
            }
        }
        if (low > high) {
            low = 0;
            high = 1;
        } else if (!(high - low > 1e-12 * Math.max(Math.abs(low), Math.abs(high)))) {
            double half = Math.max(0.5, 0.01 * Math.abs(low));
            low -= half;
            high += half;
        }
        double[] edges = new double[bins + 1];
        for (int i = 0; i <= bins; i++) {
            edges[i] = low + (high - low) * i / bins;
        }
        return edges;
    }

    /** Quantiles {@code tail} and {@code 1 - tail} of the finite values; (inf, -inf) if there are none. */
    private static double[] range(double[] values, double tail) {
        double[] v = Arrays.stream(values).filter(Double::isFinite).sorted().toArray();
        if (v.length == 0) {
            return new double[] {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
        }
        int cut = (int) Math.floor(tail * (v.length - 1));
        return new double[] {v[cut], v[v.length - 1 - cut]};
    }

    private static Counts count(String name, double[] values, double[] edges) {
        int bins = edges.length - 1;
        long[] counts = new long[bins];
        long undefined = 0;
        double width = (edges[bins] - edges[0]) / bins;
        for (double v : values) {
            if (Double.isNaN(v)) {
                undefined++;
            } else {
                int bin = (int) Math.floor((v - edges[0]) / width);
                counts[Math.min(bins - 1, Math.max(0, bin))]++;
            }
        }
        return new Counts(name, counts, undefined);
    }
}
