package dev.qualm.metric;

/**
 * A number that says how well a score ranks wrong predictions behind right ones, with its definition. Positives are the
 * wrong predictions; a score grows with distrust, and the least doubted predictions are kept first.
 */
public sealed interface SelectiveMetric permits Aurc, ExcessAurc, Augrc, CoverageAtRisk, RiskAtCoverage, FailureAuroc {
    /** The usual name, with its parameter. */
    String label();

    /** Whether a better score has a smaller value. */
    boolean smallerIsBetter();

    /** What was done with equal scores, in words. */
    String tieRule();

    /** The number itself. NaN where the class says that it can be undefined. */
    double of(RiskCoverage curve);

    /**
     * The number with an interval: bootstrap percentiles of predictions drawn with replacement, unless the class says
     * otherwise.
     *
     * @param level nominal coverage, for example 0.95
     * @throws MetricException if the metric is undefined for the curve or on a replicate
     */
    default SelectiveValue measure(RiskCoverage curve, Bootstrap bootstrap, double level) {
        Interval interval = curve.interval(bootstrap, this::of, level);
        return new SelectiveValue(this, of(curve), curve.n(), curve.wrong(), interval);
    }
}
