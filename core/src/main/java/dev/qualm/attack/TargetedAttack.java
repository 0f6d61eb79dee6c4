package dev.qualm.attack;

import dev.qualm.array.Array;
import dev.qualm.network.Network;

/** An attack that can also look for a given answer. */
public interface TargetedAttack extends Attack {
    /**
     * Looks for the given answers.
     *
     * @param batch valid inputs, {@code [n, ...]}
     * @param targets the wanted classes, {@code [n]}
     */
    Adversarial attackToward(Network network, Array batch, int[] targets);
}
