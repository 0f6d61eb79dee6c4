package dev.qualm.detect.verdict;

/**
 * False alarms at most at rate alpha on average over calibration sets and items. One calibration set may do worse: the rate it
 * yields is itself random, see {@link TrainingConditional}.
 */
public record Marginal(double alpha) implements Guarantee {
    public Marginal {
        CalibrationException.requireShare("a false-alarm rate", alpha);
    }

    @Override
    public long needed() {
        double about = Math.ceil(1 / alpha);
        if (about > 1L << 50) {
            return (long) about; // more than there can be; the exact number is beyond the digits of a double
        }
        long n = Math.max(0, (long) about - 2);
        while (1 / (n + 1.0) > alpha) {
            n++;
        }
        return n;
    }

    /*
     * The largest m with m / (n + 1) <= alpha, decided by the rounded quotient: where alpha is written as a decimal that
     * equals m / (n + 1), both round to the same double, and the p-values of the same form agree with the threshold.
     */
    @Override
    public int alarms(int n) {
        int m = (int) Math.min(n, Math.floor(alpha * (n + 1.0)));
        while ((m + 1) / (n + 1.0) <= alpha) {
            m++;
        }
        while (m > 0 && m / (n + 1.0) > alpha) {
            m--;
        }
        return m;
    }

    @Override
    public String toString() {
        return "false alarms at most " + alpha + " on average over calibration sets";
    }
}
