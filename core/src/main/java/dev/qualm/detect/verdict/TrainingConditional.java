package dev.qualm.detect.verdict;

import dev.qualm.metric.Beta;

/**
 * With probability at least 1 - delta over the draw of the calibration set, the false-alarm rate that this very set yields is at
 * most alpha. V. Vovk: Conditional validity of inductive conformal predictors. Machine Learning 92, 2013, proposition 2b.
 *
 * @param alpha the largest false-alarm rate
 * @param delta the largest probability of a calibration set that breaks the promise
 */
/*
 * With independent scores without ties, the rate of scores above the k-th smallest of n is Beta(n + 1 - k, k) distributed,
 * and it is stochastically smaller with ties. So m = n + 1 - k is the largest number with P(Beta(m, n + 1 - m) > alpha) <=
 * delta, which is P(Binomial(n, alpha) <= m - 1) <= delta. Asked of the lower tail of the mirrored beta distribution, so
 * that a small delta does not drown in 1 - (1 - delta).
 */
public record TrainingConditional(double alpha, double delta) implements Guarantee {
    public TrainingConditional {
        CalibrationException.requireShare("a false-alarm rate", alpha);
        CalibrationException.requireShare("a probability delta", delta);
    }

    @Override
    public long needed() {
        return Math.max(1, (long) Math.ceil(Math.log(delta) / Math.log1p(-alpha) - 1e-9));
    }

    @Override
    public int alarms(int n) {
        int yes = 0;
        int no = n + 1;
        while (no - yes > 1) {
            int m = (yes + no) >>> 1;
            if (risk(n, m) <= delta) {
                yes = m;
            } else {
                no = m;
            }
        }
        return n < needed() ? 0 : Math.max(yes, 1);
    }

    /** Probability of a calibration set of n whose m most doubtful ranks, alarmed for, give a rate above alpha. */
    double risk(int n, int m) {
        return Beta.cdf(1 - alpha, n + 1.0 - m, m);
    }

    @Override
    public String toString() {
        return "false alarms at most " + alpha + " for all but a share of " + delta + " of calibration sets";
    }
}
