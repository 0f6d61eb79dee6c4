package dev.qualm.metric;

/**
 * Area under the generalised risk-coverage curve (Traub et al., NeurIPS 2024; printed there times 1000): the mean share
 * of all predictions that is kept and wrong, over coverages. Unlike {@link Aurc} it does not weigh the most trusted
 * cases more.
 */
public record Augrc() implements SelectiveMetric {
    @Override
    public String label() {
        return "AUGRC";
    }

    @Override
    public boolean smallerIsBetter() {
        return true;
    }

    @Override
    public String tieRule() {
        return "trapezoid over distinct scores: a tie counts one half";
    }

    @Override
    public double of(RiskCoverage curve) {
        return curve.augrc();
    }
}
