package dev.qualm.manipulation;

import dev.qualm.Status;

/**
 * Targeted: mean of {@code (h - t)^2} over the heat map, as in Dombrowski et al. 2019, equation 2. Maps that sum to one are
 * about 1/pixels, so the value falls with the square of the number of pixels and needs a prefactor of its own for every
 * image size; {@link RelativeError} does not.
 */
public record MapError() implements MapLoss {
    @Override
    public String name() {
        return "mean-squared-error";
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
        return Vectors.isFinite(goal.wanted()) ? Status.OK : Status.nonFinite("the target map holds NaN or infinity");
    }

    @Override
    public Value of(double[] map, MapGoal goal) {
        double[] gap = Vectors.minus(map, goal.wanted());
        return new Value(Vectors.dot(gap, gap) / gap.length, Vectors.times(gap, 2.0 / gap.length));
    }
}
