package dev.qualm.detect.verdict;

import org.jspecify.annotations.Nullable;

/**
 * One calibration for all items.
 *
 * @param calibration scores of trustworthy items
 * @param guarantee what is promised
 * @param smoothing null, or where the uniform numbers of smoothed p-values come from: then the false-alarm rate is alpha, not
 *     just at most alpha, also where scores tie. Goes with {@link Marginal} only
 */
public record PooledRule(ConformalCalibration calibration, Guarantee guarantee, @Nullable ItemUniform smoothing)
        implements VerdictRule {
    public PooledRule {
        guarantee.requireEnough("calibration", calibration.n(), calibration.undefined());
        VerdictRule.requireSmoothable(guarantee, smoothing);
    }

    /** A rule without smoothing. */
    public static PooledRule of(ConformalCalibration calibration, Guarantee guarantee) {
        return new PooledRule(calibration, guarantee, null);
    }

    /** What a score must exceed to raise an alarm, smoothing aside. */
    public double threshold() {
        return calibration.threshold(guarantee);
    }

    @Override
    public Verdict verdict(double score, int predicted, String content) {
        return VerdictRule.verdict(calibration, guarantee, smoothing, score, content);
    }

    /** The verdict on a score of a rule without smoothing. */
    public Verdict verdict(double score) {
        return verdict(score, -1);
    }

    @Override
    public String toString() {
        return guarantee + "; " + calibration + (smoothing == null ? "" : "; smoothed");
    }
}
