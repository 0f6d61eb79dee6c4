package dev.qualm.attribution;

import dev.qualm.Provenance;
import dev.qualm.Status;
import dev.qualm.array.Array;
import java.util.List;

/**
 * Maps of a batch of {@code n} inputs.
 *
 * @param relevance signed, larger = speaks more for the class, {@code [n, ...]} as the differentiable input (the inputs themselves, or
 *     the embeddings of integer inputs); NaN where the status says why
 * @param classes what each map explains, {@code [n]}
 * @param logits of the network that was explained, {@code [n][classes]}
 * @param values the explained quantity of each input, {@code [n]}
 * @param residuals sum of the map minus what the method promises it to be, {@code [n]}; NaN if it promises nothing
 * @param status one per input
 * @param warnings about the method on this network and batch, such as how many inputs saturate
 * @param passes cost per input in forward passes of the network
 */
public record Explanation(
        Array relevance,
        int[] classes,
        double[][] logits,
        double[] values,
        double[] residuals,
        List<Status> status,
        List<String> warnings,
        double passes,
        Provenance provenance) {
    public Explanation {
        status = List.copyOf(status);
        warnings = List.copyOf(warnings);
    }

    /** The map of one input, flat. */
    public double[] map(int i) {
        return relevance.slice(i, i + 1).toDoubles();
    }
}
