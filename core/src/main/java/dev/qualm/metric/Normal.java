package dev.qualm.metric;

/** The standard normal distribution, to about 1e-15. */
public final class Normal {
    private Normal() {}

    /*
     * Near the centre: Phi(x) = 1/2 + phi(x) (x + x^3/3 + x^5/(3*5) + ...), all terms of one sign (Marsaglia,
     * "Evaluating the normal distribution", JSS 11(4), 2004). In the tail, where 1 - Phi would cancel: the continued
     * fraction Q(x) = phi(x) / (x + 1/(x + 2/(x + 3/...))), read from the far end; 120 levels settle it at x = 2.5.
     */
    private static final double TAIL_FROM = 2.5;

    private static final int LEVELS = 120;

    /** P(Z > x). */
    static double upperTail(double x) {
        if (x < 0) {
            return 1 - upperTail(-x);
        }
        double density = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
        if (x < TAIL_FROM) {
            double term = x;
            double sum = x;
            for (int k = 3; sum + term != sum; k += 2) {
                term *= x * x / k;
                sum += term;
            }
            return 0.5 - density * sum;
        }
        double denominator = x;
        for (int k = LEVELS; k > 0; k--) {
            denominator = x + k / denominator;
        }
        return density / denominator;
    }

    /** The x with {@code P(Z <= x) = p}, for {@code 0 < p < 1}. */
    static double quantile(double p) {
        if (p > 0.5) {
            return -quantile(1 - p);
        }
        double z = Roots.bisect(x -> upperTail(x) > p, 0, 40);
        return -z;
    }

    /** The z with {@code P(-z <= Z <= z) = level}. */
    public static double twoSided(double level) {
        return -quantile((1 - level) / 2);
    }
}
