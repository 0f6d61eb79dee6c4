package dev.qualm.metric;

/**
 * AUROC of the score for telling wrong predictions from right ones. Says nothing of how many are wrong; report it
 * beside the error rate and {@link Augrc} (Jaeger et al., ICLR 2023). Undefined (NaN) if all predictions are right or
 * all wrong. Its interval is that of {@link Auroc#interval(double)}, so it needs no bootstrap.
 */
public record FailureAuroc() implements SelectiveMetric {
    @Override
    public String label() {
        return "failure AUROC";
    }

    @Override
    public boolean smallerIsBetter() {
        return false;
    }

    @Override
    public String tieRule() {
        return "a tie of a wrong and a right prediction counts one half";
    }

    @Override
    public double of(RiskCoverage curve) {
        boolean defined = curve.wrong() > 0 && curve.wrong() < curve.n();
        return defined ? Auroc.of(curve.failures()).value() : Double.NaN;
    }

    @Override
    public SelectiveValue measure(RiskCoverage curve, Bootstrap bootstrap, double level) {
        Auroc auroc = Auroc.of(curve.failures());
        return new SelectiveValue(this, auroc.value(), curve.n(), curve.wrong(), auroc.interval(level));
    }
}
