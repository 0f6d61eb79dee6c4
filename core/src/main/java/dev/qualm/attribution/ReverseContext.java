package dev.qualm.attribution;

import dev.qualm.network.BackwardRule;
import dev.qualm.network.GraphWriter;
import dev.qualm.network.ReversePass;
import java.util.List;
import java.util.Map;

/**
 * Where a method writes its reverse pass.
 *
 * @param logits name of the tensor that the pass starts from
 * @param leaf name of the tensor that it ends at
 * @param seed name of what it starts with, of the logits' shape
 * @param inputs gets further inputs of the graph, name by key
 * @param warnings gets what users should know about the method on this network
 */
record ReverseContext(
        GraphWriter writer,
        String logits,
        String leaf,
        String seed,
        Map<String, String> inputs,
        List<String> warnings) {

    /** Writes a reverse pass from the seed and returns what it hands to each tensor. */
    ReversePass pass(BackwardRule rule) {
        return ReversePass.write(writer, Map.of(logits, seed), leaf, rule);
    }

    /** What a pass brings to a tensor, or zeros where nothing arrives. */
    String at(ReversePass pass, String tensor) {
        String found = pass.at(tensor);
        return found != null ? found : writer.node("Mul", tensor, writer.number(0));
    }
}
