package dev.qualm.detect.verdict;

import org.jspecify.annotations.Nullable;

/** One calibration for all items. */
public final class PooledRule implements VerdictRule {
    private final ConformalCalibration calibration;
    private final Guarantee guarantee;
    private final @Nullable ItemUniform smoothing;
    private final Decision decision;

    private PooledRule(ConformalCalibration calibration, Guarantee guarantee, @Nullable ItemUniform smoothing) {
        guarantee.requireEnough("calibration", calibration.n(), calibration.undefined());
        Decision.requireSmoothable(guarantee, smoothing);
        this.calibration = calibration;
        this.guarantee = guarantee;
        this.smoothing = smoothing;
        this.decision = new Decision(calibration, guarantee, smoothing, guarantee.toString());
    }

    /**
     * A rule without smoothing.
     *
     * @throws CalibrationException if there are too few scores for any to raise an alarm
     */
    public static PooledRule of(ConformalCalibration calibration, Guarantee guarantee) {
        return new PooledRule(calibration, guarantee, null);
    }

    static PooledRule of(ConformalCalibration calibration, Guarantee guarantee, @Nullable ItemUniform smoothing) {
        return new PooledRule(calibration, guarantee, smoothing);
    }

    /**
     * This rule with smoothed p-values: then the false-alarm rate is alpha, not just at most alpha, also where scores tie.
     *
     * @throws CalibrationException if the guarantee is not {@link Marginal}
     */
    public PooledRule smoothed(ItemUniform uniform) {
        return new PooledRule(calibration, guarantee, uniform);
    }

    public ConformalCalibration calibration() {
        return calibration;
    }

    @Override
    public Guarantee guarantee() {
        return guarantee;
    }

    @Override
    public @Nullable ItemUniform smoothing() {
        return smoothing;
    }

    /** What a score must exceed to raise an alarm, smoothing aside. */
    public double threshold() {
        return calibration.threshold(guarantee);
    }

    @Override
    public Verdict verdict(double score, int predicted, String content) {
        return decision.verdict(score, content);
    }

    /** The verdict on a score by a rule without smoothing. */
    public Verdict verdict(double score) {
        return verdict(score, -1);
    }

    @Override
    public String toString() {
        return guarantee + "; " + calibration + (smoothing == null ? "" : "; smoothed");
    }
}
