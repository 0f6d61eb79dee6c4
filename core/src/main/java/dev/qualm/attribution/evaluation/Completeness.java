package dev.qualm.attribution.evaluation;

import dev.qualm.array.Array;
import dev.qualm.attribution.MapFunction;
import dev.qualm.network.Network;
import java.util.Arrays;

/**
 * Completeness (Sundararajan, Taly, Yan 2017, section 3), also summation to delta: how far the map's sum is from the
 * difference between the output at the input and at the baseline. The value is the absolute gap, 0 when exact, in units
 * of the output; lower is better. Costs 1 pass per image. Only for maps that claim completeness (integrated gradients,
 * LRP with a fitting baseline); a gradient's sum means nothing.
 *
 * @param baseline the input that the map is relative to
 * @param output what the map divides among the entries
 * @param seed start of the interval's bootstrap
 */
public record Completeness(Baseline baseline, Output output, long seed) implements MapEvaluation {
    /** Baseline zero, logit. */
    public static Completeness defaults(long seed) {
        return new Completeness(Baseline.zero(), Output.LOGIT, seed);
    }

    @Override
    public Evaluation evaluate(Network network, MapFunction maps, Array batch, int[] classes) {
        baseline.check(batch);
        Subject s = Subject.of(network, batch, classes);
        return evaluate(s, s.maps(maps));
    }

    /** As {@link #evaluate(Network, MapFunction, Array, int[])} for maps made beforehand. */
    public Evaluation evaluate(Network network, Array maps, Array batch, int[] classes) {
        baseline.check(batch);
        Subject s = Subject.of(network, batch, classes);
        return evaluate(s, s.maps(maps));
    }

    private Evaluation evaluate(Subject s, double[][] maps) {
        double[] values = new double[s.n()];
        int[] alive = s.alive();
        s.run(
                alive.length,
                (r, into, at) -> System.arraycopy(s.baseline(alive[r], baseline), 0, into, at, s.units.size()),
                (r, z) -> {
                    int i = alive[r];
                    double difference = s.output(output, i) - output.of(z, s.classes[i]);
                    values[i] = Math.abs(Arrays.stream(maps[i]).sum() - difference);
                });
        return Evaluation.of(
                "completeness gap",
                Better.LOWER,
                values,
                s.status(),
                s.cost(),
                seed,
                s.provenance("completeness").with("baseline", baseline).with("output", output));
    }
}
