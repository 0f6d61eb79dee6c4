package dev.qualm.metric;

/** The chi-square distribution with whole degrees of freedom. */
final class ChiSquare {
    private ChiSquare() {}

    /*
     * Finite sums (Abramowitz and Stegun 26.4.4 and 26.4.5), y = x/2:
     *   even: exp(-y) (1 + y + ... + y^(d/2-1)/(d/2-1)!)
     *   odd:  2 Q(sqrt x) + exp(-y) (y^(1/2)/Gamma(3/2) + y^(3/2)/Gamma(5/2) + ...)
     * All terms are positive, so nothing cancels.
     */
    /** P(X > x), for d >= 1 degrees of freedom. */
    static double upperTail(double x, int d) {
        if (x <= 0) {
            return 1;
        }
        double y = x / 2;
        boolean even = d % 2 == 0;
        double sum = even ? 0 : 2 * Normal.upperTail(Math.sqrt(x));
        for (double power = even ? 0 : 0.5; power < d / 2.0 - 0.25; power++) {
            sum += Math.exp(-y + power * Math.log(y) - Beta.logGamma(power + 1));
        }
        return Math.min(1, sum);
    }
}
