package dev.qualm.metric;

/** The range of k independent standard normals: the studentized range with known variance. */
final class StudentizedRange {
    private StudentizedRange() {}

    /*
     * The largest is at z, the others within q below it: P(Q <= q) = k integral phi(z) (Phi(z) - Phi(z - q))^(k-1) dz.
     * Trapezoids over [-9, 9 + q] in steps below 0.02: the integrand is smooth and vanishes at both ends, where they
     * converge faster than any power of the step.
     */
    private static final double EDGE = 9;

    private static final double STEP = 0.02;

    /** P(Q > q), for k >= 2. */
    static double upperTail(double q, int k) {
        if (q <= 0) {
            return 1;
        }
        int steps = (int) Math.ceil((2 * EDGE + Math.min(q, 60)) / STEP);
        double h = (2 * EDGE + Math.min(q, 60)) / steps;
        double sum = 0;
        for (int i = 0; i <= steps; i++) {
            double z = -EDGE + i * h;
            double within = Normal.upperTail(z - q) - Normal.upperTail(z);
            sum += Math.exp(-0.5 * z * z) * Math.pow(Math.max(0, within), k - 1.0);
        }
        return Math.max(0, Math.min(1, 1 - k * sum * h / Math.sqrt(2 * Math.PI)));
    }

    /** The q with {@code P(Q <= q) = p}, for {@code 0 < p < 1}. */
    static double quantile(double p, int k) {
        return Roots.bisect(q -> upperTail(q, k) > 1 - p, 0, 60);
    }
}
