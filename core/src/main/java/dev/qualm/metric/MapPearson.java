package dev.qualm.metric;

/**
 * Pearson correlation of the entries of two maps (PCC), in [-1, 1]: blind to scale and offset. NaN when a map is
 * constant, which covers maps of one entry.
 */
public record MapPearson() implements MapSimilarity {
    @Override
    public String name() {
        return "pcc";
    }

    @Override
    public boolean growsWithLikeness() {
        return true;
    }

    @Override
    public double compare(double[] a, double[] b, int height, int width) {
        return correlation(a, b);
    }

    /**
     * Pearson's correlation of two samples of one length; NaN when one is constant, empty, or not finite.
     *
     * @param a one number per case
     * @param b likewise, as long as {@code a}
     */
    public static double correlation(double[] a, double[] b) {
        if (a.length != b.length) {
            throw new MetricException("Expected pairs of values, but found " + a.length + " and " + b.length);
        }
        double[] x = centred(a);
        double[] y = centred(b);
        return Cosines.of(x, y);
    }

    /** Differences from the mean; all exactly 0 for a constant, whose mean need not be exact. */
    private static double[] centred(double[] a) {
        double scale = Cosines.largest(a);
        double[] out = new double[a.length];
        boolean constant = true;
        double mean = 0;
        for (double v : a) {
            constant &= v == a[0];
            mean += v / scale / a.length;
        }
        if (!constant) {
            for (int i = 0; i < a.length; i++) {
                out[i] = a[i] / scale - mean;
            }
        }
        return out;
    }
}
