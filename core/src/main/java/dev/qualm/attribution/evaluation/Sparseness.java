package dev.qualm.attribution.evaluation;

import dev.qualm.Provenance;
import dev.qualm.array.Array;
import dev.qualm.attribution.MapFunction;
import dev.qualm.network.Network;
import java.util.Arrays;

/**
 * Sparseness (Chalasani et al. 2020, section 4): the Gini index of the map's absolute relevance over pixels or
 * features. 0 when all have the same, {@code 1 - 1 / units} when one has all. Describes the map; a wrong map can be
 * sparse. Needs no network. No value for zero maps.
 *
 * @param seed start of the interval's bootstrap
 */
public record Sparseness(long seed) implements MapEvaluation {
    /** Judges the method's maps; the network is not run. */
    @Override
    public Evaluation evaluate(Network network, MapFunction maps, Array batch, int[] classes) {
        return evaluate(maps.maps(batch, classes), new Cost(0, classes.length));
    }

    /**
     * Judges given maps.
     *
     * @param maps {@code [n, c, h, w]}, summed over channels; {@code [n, h, w]} or {@code [n, d]}
     */
    public Evaluation evaluate(Array maps) {
        return evaluate(maps, new Cost(0, 0));
    }

    private Evaluation evaluate(Array maps, Cost cost) {
        GivenMaps given = GivenMaps.of(maps, Reading.ABSOLUTE);
        double[] values = new double[given.n()];
        for (int i = 0; i < values.length; i++) {
            double[] sorted = given.relevance()[i].clone();
            Arrays.sort(sorted);
            int d = sorted.length;
            double largest = sorted[d - 1];
            if (largest == 0) {
                given.fail(i, "the map is zero everywhere");
            }
            double weighted = 0;
            double sum = 0;
            for (int k = 0; k < d; k++) {
                weighted += (2.0 * k + 1 - d) * (sorted[k] / largest);
                sum += sorted[k] / largest;
            }
            values[i] = weighted / (d * sum);
        }
        return Evaluation.of(
                "sparseness", Better.NEITHER, values, given.statuses(), cost, seed, Provenance.of("sparseness"));
    }
}
