package dev.qualm.evaluate.adaptive;

import dev.qualm.detect.Score;
import dev.qualm.network.Network;

/**
 * What the attacker has in the place of the defence.
 *
 * @param network a classifier of the same inputs and classes, the attacked one or another
 * @param score a detector on it
 */
public record Surrogate(Network network, Score score) {}
