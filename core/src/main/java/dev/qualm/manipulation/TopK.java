package dev.qualm.manipulation;

import dev.qualm.Status;
import java.util.Arrays;

/**
 * Takes relevance from the pixels that had most of it: the sum of absolute values over the k largest absolute values of the
 * original map (Ghorbani, Abid, Zou 2019, section 3, "top-k attack"). With maps that sum to one it is their share.
 *
 * @param k number of pixels, at least 1; of equal values the first in row-major order count
 */
public record TopK(int k) implements MapLoss {
    public TopK {
        ManipulationException.require(k >= 1, "k", "of at least 1 pixel", k);
    }

    @Override
    public String name() {
        return "top-k(" + k + ")";
    }

    @Override
    public boolean isTargeted() {
        return false;
    }

    @Override
    public boolean isStationaryAtOriginal() {
        return false;
    }

    @Override
    public Status check(MapGoal goal) {
        if (!Vectors.isFinite(goal.original())) {
            return Status.nonFinite("the original map holds NaN or infinity");
        }
        return k < goal.original().length
                ? Status.OK
                : Status.undefined(
                        "top-k needs more pixels than k = " + k + ", but the map has " + goal.original().length);
    }

    @Override
    public Value of(double[] map, MapGoal goal) {
        double sum = 0;
        double[] gradient = new double[map.length];
        for (int i : largest(goal.original())) {
            sum += Math.abs(map[i]);
            gradient[i] = Math.signum(map[i]);
        }
        return new Value(sum, gradient);
    }

    /** Places of the k largest absolute values, in row-major order. */
    private int[] largest(double[] original) {
        double[] sorted = Arrays.stream(original).map(Math::abs).sorted().toArray();
        double smallest = sorted[Math.max(0, sorted.length - k)];
        int above = (int) Arrays.stream(sorted).filter(v -> v > smallest).count();
        int equals = k - above;
        int[] places = new int[Math.min(k, sorted.length)];
        int found = 0;
        for (int i = 0; i < original.length && found < places.length; i++) {
            double v = Math.abs(original[i]);
            if (v > smallest || (v == smallest && equals-- > 0)) {
                places[found++] = i;
            }
        }
        return places;
    }
}
