package dev.qualm.cli;

import dev.qualm.array.Array;
import dev.qualm.attribution.SmoothedMaps;
import dev.qualm.network.Network;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Choice of the smoothing that maps are looked at with. */
final class FaithfulSmoothing {
    /** Mean change of probabilities by smoothing up to which the smoothed network counts as the same. */
    private static final double FAITHFUL = 0.05;

    private FaithfulSmoothing() {}

    /** The strongest smoothing that is still about the same network: the mean change of its probabilities is small. */
    static double of(List<Double> betas, SmoothedMaps maps, Network network, Array some) {
        List<Double> sharp = betas.stream().sorted(Comparator.reverseOrder()).toList();
        double best = sharp.get(0);
        double[][] plain = probabilities(network.logits(some));
        for (double candidate : sharp) {
            double[][] gap = maps.gap(some, candidate);
            Array logits = network.logits(some);
            double[] shifted = logits.toDoubles().clone();
            for (int i = 0; i < shifted.length; i++) {
                shifted[i] += gap[i / gap[0].length][i % gap[0].length];
            }
            double[][] smooth = probabilities(Array.of(shifted, logits.shape()));
            double mean = 0;
            for (int i = 0; i < plain.length; i++) {
                double most = 0;
                for (int k = 0; k < plain[i].length; k++) {
                    most = Math.max(most, Math.abs(smooth[i][k] - plain[i][k]));
                }
                mean += most / plain.length;
            }
            best = mean <= FAITHFUL ? candidate : best;
        }
        return best;
    }

    private static double[][] probabilities(Array logits) {
        double[][] out = new double[logits.dim(0)][];
        Arrays.setAll(out, i -> ManipulationFindings.Logits.probabilities(logits, i));
        return out;
    }
}
