package dev.qualm.attribution.evaluation;

import dev.qualm.Provenance;
import dev.qualm.array.Array;
import dev.qualm.attribution.MapFunction;
import dev.qualm.network.Network;

/**
 * Complexity (Bhatt, Weller, Moura 2020, section 4): the entropy, in nats, of the shares that pixels or features have
 * in the map's absolute relevance. 0 when one unit has all, {@code ln(units)} when all have the same. Describes the
 * map; a wrong map can be simple. Needs no network. No value for zero maps.
 *
 * @param seed start of the interval's bootstrap
 */
public record Complexity(long seed) implements MapEvaluation {
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
            double largest = 0;
            for (double r : given.relevance()[i]) {
                largest = Math.max(largest, r);
            }
            if (largest == 0) {
                given.fail(i, "the map is zero everywhere");
            }
            double sum = 0;
            double logs = 0;
            for (double r : given.relevance()[i]) {
                double share = r / largest;
                sum += share;
                logs += share == 0 ? 0 : share * Math.log(share);
            }
            values[i] = Math.max(0, Math.log(sum) - logs / sum);
        }
        return Evaluation.of(
                "complexity", Better.NEITHER, values, given.statuses(), cost, seed, Provenance.of("complexity"));
    }
}
