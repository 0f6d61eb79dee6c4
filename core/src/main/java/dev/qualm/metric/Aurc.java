package dev.qualm.metric;

/**
 * Area under the risk-coverage curve. Depends on the error rate of the classifier as well as on the score.
 *
 * @param form which of the published definitions
 */
public record Aurc(Form form) implements SelectiveMetric {
    /** How the area is taken. */
    public enum Form {
        /**
         * Mean risk of the k most trusted, k = 1..n (Geifman, Uziel and El-Yaniv, ICLR 2019), expected over tied
         * orders.
         */
        PREFIX_MEAN,
        /** Trapezoid over distinct scores (FD-Shifts; Jaeger et al., ICLR 2023; printed there times 1000). */
        THRESHOLD_TRAPEZOID
    }

    /** {@link Form#PREFIX_MEAN}. */
    public Aurc() {
        this(Form.PREFIX_MEAN);
    }

    @Override
    public String label() {
        return form == Form.PREFIX_MEAN ? "AURC" : "AURC (trapezoid)";
    }

    @Override
    public boolean smallerIsBetter() {
        return true;
    }

    @Override
    public String tieRule() {
        return form == Form.PREFIX_MEAN ? "expected over random orders of tied cases" : "tied cases are kept together";
    }

    @Override
    public double of(RiskCoverage curve) {
        return form == Form.PREFIX_MEAN ? curve.aurc() : curve.aurcTrapezoid();
    }
}
