package dev.qualm.manipulation;

import dev.qualm.array.Array;
import dev.qualm.attribution.DifferentiableMaps;
import java.util.Map;
import java.util.function.DoubleFunction;

/**
 * An attacker who knows that smoothed maps are shown and aims at those: the same loss, constraint and number of steps, all of
 * them on the network at one beta (Dombrowski et al. 2019, section 4, "attack on the smoothed explanation").
 *
 * <p>The output is held on the smoothed network, since that is what the attack differentiates; whether the deployed network
 * keeps the class is for {@link Judge} to say. Its {@link Movement#smoothed()} and {@link Movement#targetSmoothed()} then tell
 * how far the smoothed map was moved.
 *
 * @param attack the one that did not know
 * @param beta of the maps that are shown
 */
public record AdaptiveAttack(ExplanationAttack attack, double beta) {
    public AdaptiveAttack {
        ManipulationException.require(
                beta > 0 && Double.isFinite(beta), "a beta", "above 0 and finite, or nothing is smoothed", beta);
        attack = attack.withBetas(BetaGrowth.constant(beta));
    }

    /**
     * Attacks the smoothed maps.
     *
     * @param classes what the maps explain, {@code [n]}; best the deployed network's predictions
     */
    public AttackResult run(
            DoubleFunction<DifferentiableMaps> maps,
            Array images,
            int[] classes,
            AttackTarget target,
            AttackStep.Observer observer) {
        return attack.run(maps, images, classes, target, Map.of(), observer);
    }
}
