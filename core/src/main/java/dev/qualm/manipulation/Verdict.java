package dev.qualm.manipulation;

import dev.qualm.Status;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an attack on the explanation of one image showed: how far the map moved at what change of the image and of the output,
 * and whether smoothing brings it back.
 *
 * @param status ok, or which of the maps is missing and why
 * @param classKept whether the deployed network predicts the same class for the attacked image
 * @param outputChange largest change of a probability by the attack, deployed network
 * @param controlChange largest change of a probability by the random change
 * @param smoothingGap largest difference of a probability between the smoothed and the deployed network at the original; how
 *     far the smoothed network is another one. NaN if nothing was smoothed
 * @param change of the image by the attack
 * @param movements of the map, by name of the similarity
 */
public record Verdict(
        Status status,
        boolean classKept,
        double outputChange,
        double controlChange,
        double smoothingGap,
        ImageChange change,
        Map<String, Movement> movements) {
    public Verdict {
        movements = Collections.unmodifiableMap(new LinkedHashMap<>(movements));
    }
}
