package dev.qualm.metric;

/** The cosine of two vectors, for the map similarities. */
final class Cosines {
    private Cosines() {}

    /**
     * NaN when a vector is zero or not finite. Vectors of any magnitude: each is first divided by its largest entry.
     */
    static double of(double[] a, double[] b) {
        double scaleA = largest(a);
        double scaleB = largest(b);
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            double x = a[i] / scaleA;
            double y = b[i] / scaleB;
            ab += x * y;
            aa += x * x;
            bb += y * y;
        }
        double cosine = ab / (Math.sqrt(aa) * Math.sqrt(bb));
        return Math.max(-1, Math.min(1, cosine));
    }

    /** The largest magnitude; 0 for a zero vector, NaN if an entry is NaN. */
    static double largest(double[] a) {
        double largest = 0;
        for (double v : a) {
            largest = Math.max(largest, Math.abs(v));
        }
        return largest;
    }
}
