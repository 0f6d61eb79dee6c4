package dev.qualm.gradient;

import java.util.List;
import java.util.Locale;

/**
 * A statistic over all entries g_1..g_n of the gradients of a target. Layout of the columns: metrics in the given order, one
 * column each, two for {@link MeanStd}.
 */
public sealed interface Metric {
    /** The largest entry, signed. */
    record Max() implements Metric {}

    /** The smallest entry, signed. */
    record Min() implements Metric {}

    /** The arithmetic mean of the entries. */
    record Mean() implements Metric {}

    /**
     * The mean and the unbiased standard deviation {@code sqrt(M2 / (n - 1) + eps^2)}, which is eps for a single entry.
     *
     * @param returnMean whether the mean has a column, before the deviation
     * @param eps positive floor of the deviation
     */
    record MeanStd(boolean returnMean, double eps) implements Metric {
        public MeanStd {
            if (!(eps > 0)) {
                throw new IllegalArgumentException("Expected a positive eps, but found " + eps);
            }
        }
    }

    /**
     * {@code (sum |g|^p)^(1/p)}, or {@code max |g|} for infinite p.
     *
     * @param p positive; below 1 a quasi-norm
     */
    record PNorm(double p) implements Metric {
        public PNorm {
            if (!(p > 0)) {
                throw new IllegalArgumentException("Expected a positive order p, but found " + p);
            }
        }
    }

    static Metric max() {
        return new Max();
    }

    static Metric min() {
        return new Min();
    }

    static Metric mean() {
        return new Mean();
    }

    /** Both columns, floor 1e-16. */
    static Metric meanStd() {
        return new MeanStd(true, 1e-16);
    }

    static Metric pNorm(double p) {
        return new PNorm(p);
    }

    /** Max, Min, MeanStd and the norms of order 1 and 2: six columns. */
    static List<Metric> standard() {
        return List.of(max(), min(), meanStd(), pNorm(1), pNorm(2));
    }

    /** Names of its columns. */
    default List<String> columns() {
        if (this instanceof MeanStd m) {
            return m.returnMean ? List.of("mean", "std") : List.of("std");
        }
        if (this instanceof PNorm n) {
            return List.of("norm_"
                    + (n.p == Math.rint(n.p) && n.p < 1e9 && !Double.isInfinite(n.p)
                            ? Long.toString((long) n.p)
                            : Double.isInfinite(n.p) ? "inf" : Double.toString(n.p)));
        }
        return List.of(getClass().getSimpleName().toLowerCase(Locale.ROOT));
    }
}
