package dev.qualm.detect.verdict;

import org.jspecify.annotations.Nullable;

/** One calibration with what is promised on it, ready to decide. */
final class Decision {
    private final ConformalCalibration calibration;
    private final Guarantee guarantee;
    private final @Nullable ItemUniform smoothing;
    private final int alarms;
    private final String detail;

    Decision(ConformalCalibration calibration, Guarantee guarantee, @Nullable ItemUniform smoothing, String detail) {
        this.calibration = calibration;
        this.guarantee = guarantee;
        this.smoothing = smoothing;
        this.alarms = guarantee.alarms(calibration.n());
        this.detail = detail;
    }

    /** Smoothing changes who alarms; the count behind the other guarantee does not cover it. */
    static void requireSmoothable(Guarantee guarantee, @Nullable ItemUniform smoothing) {
        CalibrationException.require(
                smoothing == null || guarantee instanceof Marginal,
                "a marginal guarantee for smoothed p-values, since the training-conditional one counts ties against the alarm",
                guarantee);
    }

    Verdict verdict(double score, String content) {
        if (Double.isNaN(score)) {
            return Verdict.undefined(score, "the score is not a number; nothing is promised about such items");
        }
        Place place = calibration.place(score);
        double p = smoothing == null ? place.pValue() : place.smoothed(smoothing.of(content));
        boolean alarm = smoothing == null ? place.rank() <= alarms : p <= guarantee.alpha();
        return new Verdict(alarm ? Verdict.Kind.ALARM : Verdict.Kind.PASS, score, p, detail, false);
    }
}
