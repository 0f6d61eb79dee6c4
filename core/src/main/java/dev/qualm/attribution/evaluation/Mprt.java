package dev.qualm.attribution.evaluation;

import dev.qualm.Provenance;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.attribution.MapFunction;
import dev.qualm.metric.MapSimilarity;
import dev.qualm.metric.MapSpearman;
import dev.qualm.metric.StructuralSimilarity;
import dev.qualm.network.Layer;
import dev.qualm.network.Network;
import dev.qualm.network.Views;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * Model parameter randomisation test (MPRT; Adebayo et al. 2018, section 4): replaces the weights of the layers by
 * random ones, last layer first, and compares the maps of the changed networks with the original's. A map that stays
 * alike does not depend on what the network has learned. The class explained stays that of the original network. Costs
 * one map per image and depth beside the original's, and no passes but the clean ones.
 *
 * @param randomisation how random weights are made
 * @param cascade whether layers above stay random too, as the paper's main test does; else one layer at a time
 * @param similarities how maps are compared
 * @param reading whether maps, summed over channels, are compared with their sign or by magnitude; the paper shows
 *     both, and that they can disagree
 * @param seed start of the random weights; a layer has the same ones at every depth
 */
public record Mprt(
        Randomisation randomisation, boolean cascade, List<MapSimilarity> similarities, Reading reading, long seed) {
    /** How random weights are made, tensor by tensor. Running statistics of normalisation layers stay. */
    public enum Randomisation {
        /** Normal, with the mean and standard deviation of the trained tensor: no layer changes its scale. */
        MATCHED_NORMAL,
        /** The trained values in random places. */
        PERMUTED
    }

    public Mprt {
        similarities = List.copyOf(similarities);
        if (similarities.isEmpty()) {
            throw new EvaluationException("Expected at least one similarity to compare maps by, but found none");
        }
    }

    /** Matched normal weights, cascade, SSIM and Spearman, absolute. */
    public static Mprt defaults(long seed) {
        return new Mprt(
                Randomisation.MATCHED_NORMAL,
                true,
                List.of(StructuralSimilarity.gaussian(), new MapSpearman()),
                Reading.ABSOLUTE,
                seed);
    }

    /**
     * One depth of the test.
     *
     * @param layer name of the layer that became random here
     * @param similarity of the maps to the original ones, in the order of {@link Mprt#similarities}
     */
    public record Depth(String layer, List<Evaluation> similarity) {
        public Depth {
            similarity = List.copyOf(similarity);
        }
    }

    /**
     * The similarities of every depth, last layer first.
     *
     * @param method makes the maps of a network; called with the original and every changed one, which is closed
     *     afterwards
     */
    public List<Depth> depths(Network network, Function<Network, MapFunction> method, Array batch, int[] classes) {
        List<Layer> layers = network.structure().layers();
        if (layers.isEmpty()) {
            throw new EvaluationException("The test replaces learnable weights, but the network has no layer with any");
        }
        Subject s = Subject.of(network, batch, classes);
        double[][] original = s.maps(method.apply(network));
        List<double[][]> changed = new ArrayList<>();
        Map<String, Array> random = new LinkedHashMap<>();
        for (int d = layers.size() - 1; d >= 0; d--) {
            if (!cascade) {
                random.clear();
            }
            for (String name : layers.get(d).weights()) {
                random.put(
                        name,
                        randomised(
                                name,
                                Objects.requireNonNull(
                                        network.graph().initializers().get(name))));
            }
            try (Network other = network.with(Views.weights(random))) {
                changed.add(s.rawMaps(method.apply(other)));
            }
        }
        // Scored at the end, so that every depth carries the cost of the whole test.
        List<Depth> out = new ArrayList<>();
        for (int d = 0; d < changed.size(); d++) {
            String layer = layers.get(layers.size() - 1 - d).name();
            out.add(new Depth(layer, compare(s, original, changed.get(d), layer)));
        }
        return out;
    }

    private List<Evaluation> compare(Subject s, double[][] original, double[][] changed, String layer) {
        Provenance provenance = s.provenance("mprt")
                .with("layer", layer)
                .with("randomisation", randomisation)
                .with("cascade", cascade)
                .with("reading", reading);
        List<Evaluation> out = new ArrayList<>();
        for (MapSimilarity similarity : similarities) {
            double[] values = new double[s.n()];
            for (int i : s.alive()) {
                values[i] = similarity.of(
                        s.units.relevance(original[i], reading),
                        s.units.relevance(changed[i], reading),
                        s.units.height(),
                        s.units.width());
            }
            out.add(Evaluation.of(
                    similarity.name() + " after randomising " + layer,
                    similarity.growsWithLikeness() ? Better.LOWER : Better.HIGHER,
                    values,
                    s.status(),
                    s.cost(),
                    seed,
                    provenance.with("similarity", similarity)));
        }
        return out;
    }

    private Array randomised(String name, Array trained) {
        double[] w = trained.toDoubles().clone();
        Draws draws = new Draws(seed, name.hashCode());
        if (randomisation == Randomisation.PERMUTED) {
            double[] places = w.clone();
            int[] order = draws.subset(w.length, w.length);
            Arrays.setAll(w, i -> places[order[i]]);
        } else {
            double mean = Arrays.stream(w).average().orElse(0);
            double variance =
                    Arrays.stream(w).map(v -> (v - mean) * (v - mean)).average().orElse(0);
            Arrays.setAll(w, i -> mean + Math.sqrt(variance) * draws.gaussian());
        }
        Array out = Array.of(w, trained.shape());
        return trained.dtype() == DType.FLOAT32 ? out.asFloat32() : out;
    }
}
