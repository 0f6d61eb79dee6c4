package dev.qualm.manipulation;

import dev.qualm.Provenance;
import dev.qualm.array.Array;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Attacked images and what became of their maps. All maps and logits are of the network that the attack is aimed at,
 * {@link BetaGrowth#reference()}; rows of images that failed before they began hold the original again.
 *
 * @param images after the attack, {@code [n, ...]}, FLOAT64 if the originals were, else FLOAT32
 * @param originalMaps heat maps before, {@code [n, ...]}, FLOAT64
 * @param targetMaps heat maps that were wanted, of the same shape, or null
 * @param finalMaps heat maps after, of the same shape
 * @param originalLogits {@code [n, classes]}
 * @param finalLogits {@code [n, classes]}
 * @param outcomes one per image
 * @param provenance all parameters
 */
public record AttackResult(
        Array images,
        Array originalMaps,
        @Nullable Array targetMaps,
        Array finalMaps,
        Array originalLogits,
        Array finalLogits,
        List<AttackOutcome> outcomes,
        Provenance provenance) {
    public AttackResult {
        outcomes = List.copyOf(outcomes);
    }
}
