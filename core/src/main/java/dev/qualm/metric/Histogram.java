package dev.qualm.metric;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Several samples counted over the same bins, for drawing score distributions on top of each other. Every value is
 * counted once: in a bin, below or above the range, or as undefined.
 *
 * @param edges bin edges, ascending, one more than there are bins; bins are [low, high), the last one [low, high]
 * @param groups the samples, in the order given
 */
public record Histogram(List<Double> edges, List<Group> groups) {
    public Histogram {
        edges = List.copyOf(edges);
        groups = List.copyOf(groups);
    }

    /**
     * One sample.
     *
     * @param name its name
     * @param counts number of values in each bin
     * @param below number of values under the first edge, -Infinity among them
     * @param above number of values over the last edge, +Infinity among them
     * @param undefined number of NaN values
     */
    public record Group(String name, List<Integer> counts, int below, int above, int undefined) {
        public Group {
            counts = List.copyOf(counts);
        }

        /** Number of values of the sample, counted anywhere. */
        public int n() {
            return counts.stream().mapToInt(c -> c).sum() + below + above + undefined;
        }
    }

    /** Over the range of all finite values of all groups. See {@link #clipped}. */
    public static Histogram of(Map<String, double[]> groups, int bins) {
        return clipped(groups, bins, 0);
    }

    /**
     * Over the range between two quantiles of all finite values together, so that a long tail does not press everything
     * else into one bin; what lies outside is counted in {@code below} and {@code above}.
     *
     * @param groups samples by name; a map with a fixed order keeps it
     * @param bins number of bins, at least 1
     * @param tail share of values to leave out at each end, at least 0 and under 0.5
     * @throws MetricException if no value is finite
     */
    public static Histogram clipped(Map<String, double[]> groups, int bins, double tail) {
        if (bins < 1 || !(tail >= 0 && tail < 0.5)) {
            throw new MetricException(
                    "Expected at least 1 bin and a tail in [0, 0.5), but found " + bins + " bins and tail " + tail);
        }
        double[] finite = groups.values().stream()
                .flatMapToDouble(Arrays::stream)
                .filter(Double::isFinite)
                .toArray();
        if (finite.length == 0) {
            throw new MetricException("Expected at least one finite value to choose bins from, but found none in "
                    + groups.size() + " groups");
        }
        double[] range = Quantiles.of(finite, tail, 1 - tail);
        double[] edges = edges(range[0], range[1], bins);
        List<Group> counted = new ArrayList<>();
        groups.forEach((name, values) -> counted.add(count(name, values, edges)));
        return new Histogram(Arrays.stream(edges).boxed().toList(), counted);
    }

    /** Equal steps from low to high; a range too small to be cut is widened around its middle first. */
    private static double[] edges(double low, double high, int bins) {
        double least = 4.0 * bins * Math.ulp(Math.max(Math.abs(low), Math.abs(high)));
        double pad = low == high ? Math.max(least, 0.5) : high - low < least ? least : 0;
        double from = Math.max(low - pad, -Double.MAX_VALUE);
        double to = Math.min(high + pad, Double.MAX_VALUE);
        double[] edges = new double[bins + 1];
        for (int i = 0; i <= bins; i++) {
            double t = i / (double) bins;
            // A weighted sum: to - from can overflow.
            edges[i] = i == bins ? to : from * (1 - t) + to * t;
        }
        return edges;
    }

    private static Group count(String name, double[] values, double[] edges) {
        int bins = edges.length - 1;
        int[] counts = new int[bins];
        int below = 0;
        int above = 0;
        int undefined = 0;
        for (double raw : values) {
            double v = raw + 0.0;
            if (Double.isNaN(v)) {
                undefined++;
            } else if (v < edges[0]) {
                below++;
            } else if (v > edges[bins]) {
                above++;
            } else {
                int at = Arrays.binarySearch(edges, v);
                counts[Math.min(bins - 1, at >= 0 ? at : -at - 2)]++;
            }
        }
        return new Group(name, Arrays.stream(counts).boxed().toList(), below, above, undefined);
    }

    /** Number of bins. */
    public int bins() {
        return edges.size() - 1;
    }

    @Override
    public String toString() {
        StringBuilder out =
                new StringBuilder("Histogram of " + bins() + " bins from " + edges.get(0) + " to " + edges.get(bins()));
        for (Group g : groups) {
            out.append("; ").append(g.name()).append(": n = ").append(g.n());
            if (g.below() + g.above() + g.undefined() > 0) {
                out.append(" (")
                        .append(g.below())
                        .append(" below, ")
                        .append(g.above())
                        .append(" above, ");
                out.append(g.undefined()).append(" undefined)");
            }
        }
        return out.toString();
    }
}
