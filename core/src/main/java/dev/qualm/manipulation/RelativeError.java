package dev.qualm.manipulation;

import dev.qualm.Status;

/**
 * Targeted: {@code |h - t|^2 / |t|^2}. Zero at the target, about one for a map of nothing; of the same size for any number
 * of pixels, unlike {@link MapError}.
 */
public record RelativeError() implements MapLoss {
    @Override
    public String name() {
        return "relative-error";
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
        double scale = Vectors.dot(goal.wanted(), goal.wanted());
        if (!Double.isFinite(scale)) {
            return Status.nonFinite("the target map holds NaN or infinity");
        }
        return scale > 0
                ? Status.OK
                : Status.undefined("the target map is zero everywhere, so no error is relative to it");
    }

    @Override
    public Value of(double[] map, MapGoal goal) {
        double[] target = goal.wanted();
        double scale = Vectors.dot(target, target);
        double[] gap = Vectors.minus(map, target);
        return new Value(Vectors.dot(gap, gap) / scale, Vectors.times(gap, 2 / scale));
    }
}
