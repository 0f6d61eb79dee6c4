package dev.qualm.manipulation;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import org.jspecify.annotations.Nullable;

/**
 * What a loss compares the heat map of one image with. The arrays are shared, treat them as read-only.
 *
 * @param shape of the heat map, for example {@code [h, w]}
 * @param original the heat map before the attack, row-major
 * @param target the heat map that is wanted, or null where nothing particular is
 */
public record MapGoal(int[] shape, double[] original, double @Nullable [] target) {
    public MapGoal {
        int size = Array.size(shape);
        if (original.length != size || (target != null && target.length != size)) {
            throw new ShapeException("Expected heat maps of " + size + " values, but found " + original.length
                    + " in the original" + (target == null ? "" : " and " + target.length + " in the target"));
        }
        shape = shape.clone();
    }

    /** The target, for losses that cannot do without. */
    double[] wanted() {
        if (target == null) {
            throw new ManipulationException("Expected a target map for a targeted loss, but found none; give a target "
                    + "image or map, or choose top-k, mass-centre or untargeted");
        }
        return target;
    }
}
