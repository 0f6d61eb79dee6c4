package dev.qualm.report.explanation;

import dev.qualm.report.Picture;
import org.jspecify.annotations.Nullable;

/**
 * One of the pictures of an attack on an explanation, with its maps.
 *
 * @param image before normalisation
 * @param prediction class the model chooses
 * @param probability of that class, NaN if unknown
 * @param map its explanation
 * @param smoothed the same explanation of the smoothed network, or null
 * @param change from the original picture, null for pictures that do not come from it
 * @param difference the change itself, or null
 */
public record ManipulationStage(
        Picture image,
        String prediction,
        double probability,
        Compared map,
        @Nullable Compared smoothed,
        @Nullable ImageChange change,
        @Nullable Difference difference) {
    /**
     * A map beside the original's and the target's of the same kind (plain or smoothed).
     *
     * @param map null where there is none
     * @param reason why there is no map; empty exactly if there is one
     * @param toOriginal null for the original itself
     * @param toTarget null for the target itself
     */
    public record Compared(
            @Nullable RelevanceMap map,
            String reason,
            @Nullable Similarity toOriginal,
            @Nullable Similarity toTarget) {
        public Compared {
            if ((map == null) == reason.isEmpty()) {
                throw new IllegalArgumentException("A missing map needs a reason and a present one has none, but found "
                        + (map == null ? "neither" : "both"));
            }
        }

        public static Compared of(RelevanceMap map, @Nullable Similarity toOriginal, @Nullable Similarity toTarget) {
            return new Compared(map, "", toOriginal, toTarget);
        }

        public static Compared missing(String reason) {
            return new Compared(null, reason, null, null);
        }
    }
}
