package dev.qualm.manipulation;

import dev.qualm.Status;

/** Targeted: {@code 1 - PCC(h, t)}, Pearson's correlation with the target; 0 at the target, 1 without relation. */
public record Correlation() implements MapLoss {
    @Override
    public String name() {
        return "correlation";
    }

    @Override
    public boolean isTargeted() {
        return true;
    }

    @Override
    public boolean isStationaryAtOriginal() {
        return false;
    }

    @Override
    public Status check(MapGoal goal) {
        return check("target", goal.wanted());
    }

    @Override
    public Value of(double[] map, MapGoal goal) {
        Value pcc = pearson(map, goal.wanted());
        return new Value(1 - pcc.value(), Vectors.times(pcc.gradient(), -1));
    }

    /** Whether a correlation with a map is defined. */
    static Status check(String which, double[] map) {
        if (!Vectors.isFinite(map)) {
            return Status.nonFinite("the " + which + " map holds NaN or infinity");
        }
        for (double v : map) {
            if (v != map[0]) {
                return Status.OK;
            }
        }
        return Status.undefined("the " + which + " map is constant, so nothing correlates with it");
    }

    /** Pearson's correlation and its gradient by {@code h}; NaN if either map is constant. */
    /*
     * With a = h - mean, b = t - mean: PCC = a.b / (|a| |b|), and its gradient (b / |b| - PCC a / |a|) / |a| is centred
     * already, so that the derivative of the mean drops out.
     */
    static Value pearson(double[] h, double[] t) {
        double[] a = Vectors.centred(h);
        double[] b = Vectors.centred(t);
        double normA = Vectors.norm(a);
        double normB = Vectors.norm(b);
        double pcc = Math.max(-1, Math.min(1, Vectors.dot(a, b) / (normA * normB)));
        double[] gradient = Vectors.times(b, 1 / (normA * normB));
        Vectors.add(gradient, a, -pcc / (normA * normA));
        return new Value(pcc, gradient);
    }
}
