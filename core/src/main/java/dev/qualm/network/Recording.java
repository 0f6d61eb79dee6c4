package dev.qualm.network;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/**
 * What a {@link Tape} keeps and differentiates.
 *
 * @param taps names of tensors whose values and gradients will be asked for
 * @param leaves names of tensors where differentiation starts; what comes before them is not recorded
 * @param weights tensors in place of initializers; those that require gradients are differentiated
 * @param training whether BatchNormalization and Dropout act as in training, updating running statistics in {@code weights}
 */
public record Recording(Set<String> taps, Set<String> leaves, Map<String, Tensor> weights, boolean training) {
    public Recording {
        taps = Set.copyOf(taps);
        leaves = Set.copyOf(leaves);
        weights = Map.copyOf(weights);
    }

    /** Gradients to the input: the network's own, or the first float tensor behind integer inputs. */
    public static Recording ofInput(Network network) {
        return new Recording(Set.of(), Set.of(network.structure().differentiable()), Map.of(), false);
    }

    /** Values and gradients at the given tensors, with the input as leaf. */
    public static Recording ofTaps(Network network, List<String> taps) {
        return new Recording(
                new LinkedHashSet<>(taps), Set.of(network.structure().differentiable()), Map.of(), false);
    }

    /** Gradients to the given weights. */
    public static Recording ofWeights(Map<String, Tensor> weights) {
        return new Recording(Set.of(), Set.of(), weights, false);
    }

    /** Everything either of two recordings keeps and differentiates; both must agree on training. */
    public Recording and(Recording other) {
        Set<String> allTaps = new LinkedHashSet<>(taps);
        allTaps.addAll(other.taps);
        Set<String> allLeaves = new LinkedHashSet<>(leaves);
        allLeaves.addAll(other.leaves);
        Map<String, Tensor> allWeights = new LinkedHashMap<>(weights);
        allWeights.putAll(other.weights);
        return new Recording(allTaps, allLeaves, allWeights, training || other.training);
    }

    /** The same with further taps. */
    public Recording tapping(String... more) {
        Set<String> all = new LinkedHashSet<>(taps);
        all.addAll(List.of(more));
        return new Recording(all, leaves, weights, training);
    }
}
