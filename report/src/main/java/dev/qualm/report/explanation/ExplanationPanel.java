package dev.qualm.report.explanation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One explanation of a sheet.
 *
 * @param title the method, or the smoothing
 * @param map null where there is none
 * @param reason why there is no map; empty exactly if there is one
 * @param className what is explained; empty if it is the input's prediction and need not be repeated
 * @param probability the model's (or the smoothed model's) for that class, NaN if not to be shown
 * @param residual how far the map's sum is from what completeness asks, as a share of it; NaN if the method has none
 * @param warnings shown below, each in one line
 */
public record ExplanationPanel(
        String title,
        @Nullable RelevanceMap map,
        String reason,
        String className,
        double probability,
        double residual,
        List<String> warnings) {
    public ExplanationPanel {
        warnings = List.copyOf(warnings);
        if ((map == null) == reason.isEmpty()) {
            throw new IllegalArgumentException("A missing map needs a reason and a present one has none, but panel '"
                    + title + "' has " + (map == null ? "neither" : "both"));
        }
    }

    /** A map about which nothing else is to be said. */
    public static ExplanationPanel of(String title, RelevanceMap map) {
        return new ExplanationPanel(title, map, "", "", Double.NaN, Double.NaN, List.of());
    }

    /** The place of a map that could not be made. */
    public static ExplanationPanel missing(String title, String reason) {
        return new ExplanationPanel(title, null, reason, "", Double.NaN, Double.NaN, List.of());
    }
}
