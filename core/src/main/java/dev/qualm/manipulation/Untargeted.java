package dev.qualm.manipulation;

import dev.qualm.Status;

/**
 * Moves the map away from the original one, wherever to: Pearson's correlation with it less one, {@code -(1 - PCC(h, h0))};
 * 0 before the attack, -1 without relation, -2 at the opposite.
 */
public record Untargeted() implements MapLoss {
    @Override
    public String name() {
        return "untargeted";
    }

    @Override
    public boolean isTargeted() {
        return false;
    }

    /** No map correlates more with the original than itself, and at a maximum the gradient is zero. */
    @Override
    public boolean isStationaryAtOriginal() {
        return true;
    }

    @Override
    public Status check(MapGoal goal) {
        return Correlation.check("original", goal.original());
    }

    @Override
    public Value of(double[] map, MapGoal goal) {
        Value pcc = Correlation.pearson(map, goal.original());
        return new Value(pcc.value() - 1, pcc.gradient());
    }
}
