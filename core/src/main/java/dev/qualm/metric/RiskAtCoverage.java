package dev.qualm.metric;

/**
 * Share of wrong predictions among the kept ones at the smallest possible coverage of at least the given one
 * ("Risk@Cov").
 *
 * @param coverage share of predictions to keep at least, in [0, 1]
 */
public record RiskAtCoverage(double coverage) implements SelectiveMetric {
    public RiskAtCoverage {
        RiskCoverage.requireShare("coverage", coverage);
    }

    @Override
    public String label() {
        return "Risk@Cov " + coverage;
    }

    @Override
    public boolean smallerIsBetter() {
        return true;
    }

    @Override
    public String tieRule() {
        return "tied cases are kept together";
    }

    @Override
    public double of(RiskCoverage curve) {
        return curve.riskAtCoverage(coverage);
    }
}
