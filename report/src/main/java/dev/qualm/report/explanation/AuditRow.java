package dev.qualm.report.explanation;

import org.jspecify.annotations.Nullable;

/**
 * What the attack on one picture's explanation came to.
 *
 * @param id tells the picture from all others, such as a file name
 * @param prediction class the model chooses for the original
 * @param probability of that class, NaN if unknown
 * @param target whose explanation was to be shown, null for attacks without a target
 * @param classKept whether the model still chooses that class for the attacked picture
 * @param probabilityAfter of the original's class for the attacked picture, NaN if unknown
 * @param toOriginal the attacked map beside the original's
 * @param toTarget the attacked map beside the target's
 * @param smoothedToOriginal the same of the smoothed network's maps
 * @param smoothedToTarget the same of the smoothed network's maps
 * @param controlToOriginal the map after a random change of equal size beside the original's
 * @param status {@code ok}, or why there is no result
 */
public record AuditRow(
        String id,
        String prediction,
        double probability,
        @Nullable String target,
        boolean classKept,
        double probabilityAfter,
        Similarity toOriginal,
        Similarity toTarget,
        Similarity smoothedToOriginal,
        Similarity smoothedToTarget,
        Similarity controlToOriginal,
        ImageChange change,
        Curvature curvature,
        String status) {
    /** The status of a row that has a result. */
    public static final String OK = "ok";

    /** A picture that could not be attacked. */
    public static AuditRow failed(String id, String reason) {
        return new AuditRow(
                id,
                "",
                Double.NaN,
                null,
                false,
                Double.NaN,
                Similarity.UNKNOWN,
                Similarity.UNKNOWN,
                Similarity.UNKNOWN,
                Similarity.UNKNOWN,
                Similarity.UNKNOWN,
                ImageChange.UNKNOWN,
                Curvature.UNKNOWN,
                reason);
    }

    /** Whether there is a result. */
    boolean present() {
        return status.equals(OK) && !Double.isNaN(toOriginal.pcc());
    }
}
