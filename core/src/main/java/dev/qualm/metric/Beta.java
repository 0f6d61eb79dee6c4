package dev.qualm.metric;

/** The beta distribution function, for exact binomial intervals and tolerance limits. */
public final class Beta {
    private Beta() {}

    /*
     * I_x(a, b) by its continued fraction (Abramowitz and Stegun 26.5.8) in the forward form of Lentz; it converges
     * fast for x < (a + 1)/(a + b + 2), in O(sqrt(max(a, b))) terms, and I_x(a, b) = 1 - I_{1-x}(b, a) covers the rest.
     */
    private static final double TINY = 1e-300;

    private static final double[] STIRLING = {1 / 12.0, -1 / 360.0, 1 / 1260.0, -1 / 1680.0, 1 / 1188.0, -691 / 360360.0
    };

    /** {@code P(X <= x)} for X ~ Beta(a, b), a and b positive. */
    public static double cdf(double x, double a, double b) {
        if (x <= 0) {
            return 0;
        }
        if (x >= 1) {
            return 1;
        }
        if (x > (a + 1) / (a + b + 2)) {
            return 1 - lower(1 - x, b, a);
        }
        return lower(x, a, b);
    }

    private static double lower(double x, double a, double b) {
        double front = Math.exp(
                a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b) - Math.log(a));
        double c = 1;
        double d = 1 / nonZero(1 - (a + b) * x / (a + 1));
        double f = d;
        double change = 0;
        for (int m = 1; Math.abs(change - 1) > 1e-16 && m < 1_000_000; m++) {
            double even = m * (b - m) * x / ((a + 2.0 * m - 1) * (a + 2.0 * m));
            d = 1 / nonZero(1 + even * d);
            c = nonZero(1 + even / c);
            f *= d * c;
            double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1));
            d = 1 / nonZero(1 + odd * d);
            c = nonZero(1 + odd / c);
            change = d * c;
            f *= change;
        }
        return Math.min(1, front * f);
    }

    private static double nonZero(double v) {
        return Math.abs(v) < TINY ? TINY : v;
    }

    /** ln Gamma(x) for x > 0: Stirling's series after shifting x to at least 10. */
    static double logGamma(double x) {
        double shift = 0;
        double y = x;
        while (y < 10) {
            shift += Math.log(y);
            y++;
        }
        double series = 0;
        double power = y;
        for (double coefficient : STIRLING) {
            series += coefficient / power;
            power *= y * y;
        }
        return (y - 0.5) * Math.log(y) - y + 0.5 * Math.log(2 * Math.PI) + series - shift;
    }
}
