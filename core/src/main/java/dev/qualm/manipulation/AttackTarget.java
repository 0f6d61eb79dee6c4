package dev.qualm.manipulation;

import dev.qualm.array.Array;
import org.jspecify.annotations.Nullable;

/** Which heat maps an attack wants. */
public sealed interface AttackTarget {
    /** None: for losses that only lead away from the original map. */
    record None() implements AttackTarget {}

    /**
     * The maps of other images.
     *
     * @param images {@code [n, ...]} of the shape of the attacked ones, or {@code [1, ...]} for all of them
     * @param classes what their maps explain, or null for the class predicted for each
     */
    record Images(Array images, int @Nullable [] classes) implements AttackTarget {}

    /**
     * Heat maps made beforehand, in the {@link HeatMapForm} of the attack.
     *
     * @param maps {@code [n, ...]}, or {@code [1, ...]} for all images
     */
    record HeatMaps(Array maps) implements AttackTarget {}

    static AttackTarget none() {
        return new None();
    }

    /** The maps of other images, each explaining its own prediction. */
    static AttackTarget images(Array images) {
        return new Images(images, null);
    }

    static AttackTarget heatMaps(Array maps) {
        return new HeatMaps(maps);
    }
}
