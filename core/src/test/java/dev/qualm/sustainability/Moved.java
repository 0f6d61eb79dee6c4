package dev.qualm.sustainability;

import dev.qualm.array.Array;
import dev.qualm.network.TestNetworks;
import java.util.Arrays;

/** Images that were moved by noise, and what came of it. */
final class Moved {
    private Moved() {}

    static Array images(Array clean, double by, long seed) {
        double[] noise = TestNetworks.images(clean.dim(0), seed).toDoubles();
        double[] x = clean.toDoubles().clone();
        Arrays.setAll(x, i -> x[i] + by * noise[i]);
        return Array.of(x, clean.shape());
    }

    static double[] values(SustainabilityResult result) {
        return result.movements().stream().mapToDouble(LayerMovement::value).toArray();
    }
}
