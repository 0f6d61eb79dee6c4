package dev.qualm.metric;

/**
 * Largest share of predictions that can be kept with a risk of at most the given one ("Cov@Risk"); 0 if none can
 * (Geifman and El-Yaniv, NeurIPS 2017, for the question).
 *
 * @param risk largest share of wrong ones among the kept, in [0, 1]
 */
public record CoverageAtRisk(double risk) implements SelectiveMetric {
    public CoverageAtRisk {
        RiskCoverage.requireShare("risk", risk);
    }

    @Override
    public String label() {
        return "Cov@Risk " + risk;
    }

    @Override
    public boolean smallerIsBetter() {
        return false;
    }

    @Override
    public String tieRule() {
        return "tied cases are kept together";
    }

    @Override
    public double of(RiskCoverage curve) {
        return curve.coverageAtRisk(risk);
    }
}
