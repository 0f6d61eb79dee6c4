package dev.qualm.network;

import java.util.List;

/**
 * A node with learnable weights.
 *
 * @param name node name
 * @param op operator type
 * @param input name of the activation that enters it
 * @param output name of its first output
 * @param weights names of its learnable initializers in the operator's order; running statistics are not among them
 */
public record Layer(String name, String op, String input, String output, List<String> weights) {
    public Layer {
        weights = List.copyOf(weights);
    }
}
