package dev.qualm.metric;

/**
 * E-AURC (Geifman, Uziel and El-Yaniv, ICLR 2019): {@link Aurc} minus the least that a score can reach with as many
 * errors. 0 for a perfect order.
 *
 * @param form which of the published definitions; for {@link Aurc.Form#THRESHOLD_TRAPEZOID} the least is that of
 *     infinitely many cases, so that small samples can go below 0
 */
public record ExcessAurc(Aurc.Form form) implements SelectiveMetric {
    /** {@link Aurc.Form#PREFIX_MEAN}. */
    public ExcessAurc() {
        this(Aurc.Form.PREFIX_MEAN);
    }

    @Override
    public String label() {
        return "E-" + new Aurc(form).label();
    }

    @Override
    public boolean smallerIsBetter() {
        return true;
    }

    @Override
    public String tieRule() {
        return new Aurc(form).tieRule();
    }

    @Override
    public double of(RiskCoverage curve) {
        return form == Aurc.Form.PREFIX_MEAN ? curve.excessAurc() : curve.excessAurcTrapezoid();
    }
}
