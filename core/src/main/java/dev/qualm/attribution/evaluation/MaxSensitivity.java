package dev.qualm.attribution.evaluation;

import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.attribution.MapFunction;
import dev.qualm.network.Network;

/**
 * Max-sensitivity (Yeh et al. 2019, definition 4.1, relative form): the largest {@code |h(x') - h(x)| / |h(x)|} over
 * random neighbours x' of x, Euclidean norms over all entries of the map. 0 for a constant map, however meaningless;
 * lower is better. Costs {@code samples} passes and {@code samples + 1} maps per image. No value where the map is zero.
 *
 * @param neighbourhood where x' comes from
 * @param seed start of the noise
 */
public record MaxSensitivity(Neighbourhood neighbourhood, long seed) implements MapEvaluation {
    /** Captum's defaults: 10 neighbours, uniform within 0.02. */
    public static MaxSensitivity captum(long seed) {
        return new MaxSensitivity(Neighbourhood.uniform(10, 0.02), seed);
    }

    /** Quantus's defaults: 200 neighbours, uniform within 0.2. */
    public static MaxSensitivity quantus(long seed) {
        return new MaxSensitivity(Neighbourhood.uniform(200, 0.2), seed);
    }

    @Override
    public Evaluation evaluate(Network network, MapFunction maps, Array batch, int[] classes) {
        return robustness(network, maps, batch, classes).largest();
    }

    /** With the average over neighbours and the share of changed predictions. */
    public Robustness robustness(Network network, MapFunction maps, Array batch, int[] classes) {
        Subject s = Subject.of(network, batch, classes);
        double[][] clean = s.maps(maps);
        double[] norms = new double[s.n()];
        for (int i : s.alive()) {
            norms[i] = Robustness.norm(clean[i]);
            if (norms[i] == 0) {
                s.fail(i, Status.undefined("the map is zero everywhere, so it has no relative change"));
            }
        }
        double[][] changes = new double[s.n()][neighbourhood.samples()];
        boolean[][] flipped = neighbourhood.walk(
                s,
                maps,
                null,
                seed,
                (i, k, seen) ->
                        changes[i][k] = Robustness.norm(Robustness.difference(seen.map(), clean[i])) / norms[i]);
        return Robustness.of(
                "max-sensitivity",
                changes,
                flipped,
                s,
                seed,
                s.provenance("max-sensitivity").with("neighbourhood", neighbourhood));
    }
}
