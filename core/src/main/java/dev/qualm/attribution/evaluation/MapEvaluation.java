package dev.qualm.attribution.evaluation;

import dev.qualm.array.Array;
import dev.qualm.attribution.MapFunction;
import dev.qualm.network.Network;
import java.util.List;

/** One question about the maps of an attribution method, answered by one number per image. */
public sealed interface MapEvaluation
        permits FaithfulnessCorrelation,
                SensitivityN,
                PixelFlipping,
                RegionPerturbation,
                NormalizedAopc,
                Road,
                Infidelity,
                Completeness,
                MaxSensitivity,
                LocalLipschitz,
                RelativeStability,
                Complexity,
                Sparseness {

    /**
     * Those that need no more than a network and maps of it, with their defaults; all can judge images and features.
     */
    static List<MapEvaluation> all(long seed) {
        return List.of(
                FaithfulnessCorrelation.defaults(seed),
                SensitivityN.defaults(seed),
                PixelFlipping.defaults(seed),
                Infidelity.defaults(seed),
                Completeness.defaults(seed),
                MaxSensitivity.captum(seed),
                LocalLipschitz.defaults(seed),
                RelativeStability.defaults(seed),
                new Complexity(seed),
                new Sparseness(seed));
    }

    /** {@link #all}, and those that only images have an answer to. */
    static List<MapEvaluation> allForImages(long seed) {
        List<MapEvaluation> out = new java.util.ArrayList<>(all(seed));
        out.add(RegionPerturbation.defaults(seed));
        out.add(Road.defaults(seed));
        return List.copyOf(out);
    }

    /**
     * Judges the maps of a batch.
     *
     * @param network whose predictions the maps explain
     * @param maps the attribution method; must give the maps of that network
     * @param batch inputs, {@code [n, c, h, w]} or {@code [n, ...]}, in units of the network's input
     * @param classes what is explained, {@code [n]}; {@link MapFunction#PREDICTED} for the class predicted for the
     *     clean input
     * @throws dev.qualm.ShapeException if batch, classes and maps do not fit one another
     * @throws EvaluationException if the settings do not fit the batch
     */
    Evaluation evaluate(Network network, MapFunction maps, Array batch, int[] classes);
}
