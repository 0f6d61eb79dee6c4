package dev.qualm.detect;

import dev.qualm.gradient.CosineSimilarityMaps;
import dev.qualm.network.Head;
import dev.qualm.network.Network;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What the one forward pass of a micro-batch has to keep for all that will be read of it.
 *
 * @param tensors inner tensors whose values are wanted beside the logits
 * @param inputGradients whether gradients at the input will be asked for
 * @param weightGradients whether gradients of the weights will be asked for
 * @param mutants whether mutants will run from its activations on
 * @param maps how cosine similarity maps are made where a score does not say
 */
public record Demand(
        Set<String> tensors,
        boolean inputGradients,
        boolean weightGradients,
        boolean mutants,
        CosineSimilarityMaps maps) {
    public Demand {
        tensors = Set.copyOf(tensors);
    }

    /** Of sources alone; changed inputs may ask for input gradients. */
    public static Demand of(Network network, Set<Score.Source> sources, CosineSimilarityMaps maps) {
        return new Demand(
                sources.contains(Score.Source.HEAD) ? head(network) : Set.of(),
                sources.contains(Score.Source.INPUT_GRADIENTS) || sources.contains(Score.Source.CHANGED_INPUTS),
                sources.contains(Score.Source.WEIGHT_GRADIENTS),
                sources.contains(Score.Source.MUTANTS),
                maps);
    }

    /** Of scores. */
    public static Demand of(Network network, Collection<? extends Score> scores, CosineSimilarityMaps maps) {
        Set<Score.Source> sources = new LinkedHashSet<>();
        Set<String> tensors = new LinkedHashSet<>();
        scores.forEach(s -> {
            sources.addAll(s.sources());
            tensors.addAll(s.tensors(network));
        });
        return of(network, sources, tensors, maps);
    }

    /** Of sources that say all, and tensors. */
    public static Demand of(
            Network network, Set<Score.Source> sources, Set<String> tensors, CosineSimilarityMaps maps) {
        Set<String> all = new LinkedHashSet<>(tensors);
        if (sources.contains(Score.Source.HEAD)) {
            all.addAll(head(network));
        }
        return new Demand(
                all,
                sources.contains(Score.Source.INPUT_GRADIENTS),
                sources.contains(Score.Source.WEIGHT_GRADIENTS),
                sources.contains(Score.Source.MUTANTS),
                maps);
    }

    private static Set<String> head(Network network) {
        Head head = network.structure().head();
        return head == null ? Set.of() : Set.of(head.features());
    }
}
