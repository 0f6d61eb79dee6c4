package dev.qualm.report;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One image the scores doubt.
 *
 * @param id tells it from all others, such as a file name or an index
 * @param source name of the set it comes from
 * @param prediction class the model chose
 * @param confidence softmax probability of that class, NaN if unknown
 * @param label what it really is, null if nobody knows
 * @param readings its scores
 * @param map its cosine similarity map, {@code [k][k]} over the report's classes
 */
public record DoubtedItem(
        String id,
        Picture image,
        String source,
        String prediction,
        double confidence,
        @Nullable String label,
        List<Reading> readings,
        CosineMap map) {
    /**
     * What one score says of the image.
     *
     * @param score name of the score
     * @param value its raw value, larger = less trustworthy; NaN if undefined
     * @param rank share of in-distribution images with a smaller score, NaN if undefined
     * @param reason why it is undefined; null exactly if it is defined
     */
    public record Reading(
            String score,
            double value,
            double rank,
            @Nullable String reason) {
        public Reading {
            boolean defined = !Double.isNaN(value) && rank >= 0 && rank <= 1;
            boolean undefined = Double.isNaN(value) && Double.isNaN(rank);
            if (reason == null ? !defined : !undefined) {
                throw new IllegalArgumentException(
                        "Reading of " + score + " needs a value with a rank in 0 to 1, or a reason, "
                                + "but found value " + value + ", rank " + rank + ", reason " + reason);
            }
        }

        public static Reading of(String score, double value, double rank) {
            return new Reading(score, value, rank, null);
        }

        public static Reading missing(String score, String reason) {
            return new Reading(score, Double.NaN, Double.NaN, reason);
        }
    }

    public DoubtedItem {
        readings = List.copyOf(readings);
    }
}
