package dev.qualm.gradient;

import java.util.Arrays;

/**
 * Running statistics of gradient entries of one input: count, mean, centred sum of squares, extremes and sums of powers. Accumulated
 * in double, mergeable, and free of cancellation: constant entries have deviation zero, whatever their size.
 */
/*
 * Means and squares are taken about the first entry of each block and merged by Chan, Golub, LeVeque (1983). Sums of powers are
 * kept as scale^p * sum with scale^p far from overflow. An outer product has closed forms: with moments of both factors,
 * M2 = n_a mean_a^2 M2_b + n_b mean_b^2 M2_a + M2_a M2_b (the mixed sums vanish, nothing is subtracted), extremes are among the four
 * products of extremes, and sums of powers multiply.
 */
final class Moments {
    /** Largest decimal exponent of a p-th power that is taken without scaling. */
    private static final double SAFE = 100;

    /** Share of the sum of squares below which the deviation is taken about the mean in a pass of its own. */
    private static final double NEARLY_CONSTANT = 1e-3;

    private final double[] powers;
    private final double[] scales;
    private final double[] sums;
    private long count;
    private double mean;
    private double m2;
    private double max = Double.NEGATIVE_INFINITY;
    private double min = Double.POSITIVE_INFINITY;

    /**
     * @param powers orders of the norms that will be asked for; 2 and infinity cost nothing
     */
    Moments(double[] powers) {
        this.powers = Arrays.stream(powers)
                .filter(p -> p != 2 && !Double.isInfinite(p))
                .distinct()
                .toArray();
        scales = new double[this.powers.length];
        sums = new double[this.powers.length];
        Arrays.fill(scales, 1);
    }

    /** Adds entries {@code from} (inclusive) to {@code to} (exclusive). */
    void add(double[] x, int from, int to) {
        if (from == to) {
            return;
        }
        double shift = x[from];
        double sum = 0;
        double square = 0;
        double high = shift;
        double low = shift;
        for (int i = from; i < to; i++) {
            double v = x[i];
            double d = v - shift;
            sum += d;
            square += d * d;
            high = v > high ? v : high;
            low = v < low ? v : low;
        }
        merge(to - from, shift, sum, square, high, low);
        double largest = Math.max(Math.abs(high), Math.abs(low));
        for (int j = 0; j < powers.length; j++) {
            double p = powers[j];
            double scale = scale(largest, p);
            double total = 0;
            for (int i = from; i < to; i++) {
                total += power(Math.abs(x[i]) / scale, p);
            }
            addPower(j, scale, total);
        }
    }

    /** As {@link #add(double[], int, int)}; the inner loop of the whole method. */
    /*
     * Squares of floats are exact in double, so sums about zero lose at most 1e-16 of the sum of squares; only where the entries
     * are nearly constant does that matter, and then a second pass takes them about their mean. Four independent sums each hide
     * the latency of additions; extremes by branches, which are almost never taken.
     */
    void add(float[] x, int from, int to) {
        if (from == to) {
            return;
        }
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        double q0 = 0;
        double q1 = 0;
        double q2 = 0;
        double q3 = 0;
        double a0 = 0;
        double a1 = 0;
        double a2 = 0;
        double a3 = 0;
        float high = x[from];
        float low = high;
        int limit = to - 3;
        int i = from;
        for (; i < limit; i += 4) {
            float v0 = x[i];
            float v1 = x[i + 1];
            float v2 = x[i + 2];
            float v3 = x[i + 3];
            double d0 = v0;
            double d1 = v1;
            double d2 = v2;
            double d3 = v3;
            s0 += d0;
            s1 += d1;
            s2 += d2;
            s3 += d3;
            q0 += d0 * d0;
            q1 += d1 * d1;
            q2 += d2 * d2;
            q3 += d3 * d3;
            a0 += Math.abs(d0);
            a1 += Math.abs(d1);
            a2 += Math.abs(d2);
            a3 += Math.abs(d3);
            if (v0 > high) {
                high = v0;
            }
            if (v1 > high) {
                high = v1;
            }
            if (v2 > high) {
                high = v2;
            }
            if (v3 > high) {
                high = v3;
            }
            if (v0 < low) {
                low = v0;
            }
            if (v1 < low) {
                low = v1;
            }
            if (v2 < low) {
                low = v2;
            }
            if (v3 < low) {
                low = v3;
            }
        }
        for (; i < to; i++) {
            double d = x[i];
            s0 += d;
            q0 += d * d;
            a0 += Math.abs(d);
            high = x[i] > high ? x[i] : high;
            low = x[i] < low ? x[i] : low;
        }
        double sum = s0 + s1 + (s2 + s3);
        double square = q0 + q1 + (q2 + q3);
        double shift = 0;
        if (square - sum * (sum / (to - from)) < NEARLY_CONSTANT * square) {
            shift = sum / (to - from);
            sum = 0;
            square = 0;
            for (int k = from; k < to; k++) {
                double d = x[k] - shift;
                sum += d;
                square += d * d;
            }
        }
        merge(to - from, shift, sum, square, high, low);
        double largest = Math.max(Math.abs((double) high), Math.abs((double) low));
        for (int j = 0; j < powers.length; j++) {
            double p = powers[j];
            if (p == 1) {
                addPower(j, 1, a0 + a1 + (a2 + a3));
                continue;
            }
            double scale = scale(largest, p);
            double total = 0;
            for (int k = from; k < to; k++) {
                total += power(Math.abs((double) x[k]) / scale, p);
            }
            addPower(j, scale, total);
        }
    }

    /** Adds entries that are zero. */
    void addZeros(long zeros) {
        if (zeros > 0) {
            merge(zeros, 0, 0, 0, 0, 0);
        }
    }

    /** Adds the entries that another collector of the same powers has seen. */
    void add(Moments o) {
        if (o.count == 0) {
            return;
        }
        combine(o.count, o.mean, o.m2, o.max, o.min);
        for (int j = 0; j < powers.length; j++) {
            addPower(j, o.scales[j], o.sums[j]);
        }
    }

    /** Statistics of all products of an entry of {@code a} and one of {@code b}; both collect the same powers. */
    static Moments product(Moments a, Moments b) {
        Moments m = new Moments(a.powers);
        m.count = a.count * b.count;
        m.mean = a.mean * b.mean;
        m.m2 = a.count * (a.mean * a.mean) * b.m2 + b.count * (b.mean * b.mean) * a.m2 + a.m2 * b.m2;
        double p = a.max * b.max;
        double q = a.max * b.min;
        double r = a.min * b.max;
        double s = a.min * b.min;
        m.max = Math.max(Math.max(p, q), Math.max(r, s));
        m.min = Math.min(Math.min(p, q), Math.min(r, s));
        for (int j = 0; j < m.powers.length; j++) {
            m.scales[j] = a.scales[j] * b.scales[j];
            m.sums[j] = a.sums[j] * b.sums[j];
        }
        return m;
    }

    private void merge(long n, double shift, double sum, double square, double high, double low) {
        double blockMean = shift + sum / n;
        double blockM2 = Math.max(0, square - sum * (sum / n));
        // Comparisons let NaN slip through, sums do not.
        boolean nan = Double.isNaN(blockMean);
        combine(n, blockMean, nan ? Double.NaN : blockM2, nan ? Double.NaN : high, nan ? Double.NaN : low);
    }

    private void combine(long n, double otherMean, double otherM2, double high, double low) {
        long total = count + n;
        double gap = otherMean - mean;
        double share = (double) n / total;
        m2 += otherM2 + gap * gap * (count * share);
        mean = count == 0 ? otherMean : mean + gap * share;
        count = total;
        max = Math.max(max, high);
        min = Math.min(min, low);
    }

    private void addPower(int j, double scale, double sum) {
        if (scale == scales[j]) {
            sums[j] += sum;
        } else if (sums[j] == 0 || scale > scales[j]) {
            sums[j] = sums[j] == 0 ? sum : sum + sums[j] * Math.pow(scales[j] / scale, powers[j]);
            scales[j] = scale;
        } else {
            sums[j] += sum * Math.pow(scale / scales[j], powers[j]);
        }
    }

    private static double scale(double largest, double p) {
        boolean safe = largest == 0 || Math.abs(p * Math.log10(largest)) < SAFE;
        return safe || !Double.isFinite(largest) ? 1 : largest;
    }

    private static double power(double magnitude, double p) {
        if (p == 1) {
            return magnitude;
        }
        if (p == 3) {
            return magnitude * magnitude * magnitude;
        }
        return p == 0.5 ? Math.sqrt(magnitude) : Math.pow(magnitude, p);
    }

    long count() {
        return count;
    }

    double mean() {
        return mean;
    }

    /** Unbiased standard deviation, 0 for fewer than two entries. */
    double deviation() {
        return count < 2 ? 0 * mean : Math.sqrt(m2 / (count - 1));
    }

    double max() {
        return max;
    }

    double min() {
        return min;
    }

    /** The p-norm of all entries; {@code p} is among the collected powers, or 2, or infinite. */
    double norm(double p) {
        if (Double.isInfinite(p)) {
            return count == 0 ? 0 : Math.max(Math.abs(max), Math.abs(min));
        }
        if (p == 2) {
            return Math.sqrt(m2 + count * (mean * mean));
        }
        for (int j = 0; j < powers.length; j++) {
            if (powers[j] == p) {
                return scales[j] * Math.pow(sums[j], 1 / p);
            }
        }
        throw new IllegalStateException("The norm of order " + p + " was not collected");
    }
}
