package dev.qualm.attribution.evaluation;

import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.attribution.MapFunction;
import dev.qualm.network.Network;
import java.util.Arrays;

/**
 * Local Lipschitz estimate (Alvarez-Melis, Jaakkola 2018, section 3): the largest {@code |h(x) - h(x')| / |x - x'|}
 * over random neighbours x' of x, Euclidean norms. Lower is better. A lower bound of the true constant, since
 * neighbours are drawn and not searched for. Costs {@code samples} passes and {@code samples + 1} maps per image.
 *
 * @param neighbourhood where x' comes from
 * @param normalise whether each map is first divided by its largest magnitude, which makes methods of different scale
 *     comparable; zero maps have no value then
 * @param seed start of the noise
 */
public record LocalLipschitz(Neighbourhood neighbourhood, boolean normalise, long seed) implements MapEvaluation {
    /** Quantus's defaults: 200 neighbours, normal noise of deviation 0.1, normalised. */
    public static LocalLipschitz quantus(long seed) {
        return new LocalLipschitz(Neighbourhood.gaussian(200, 0.1), true, seed);
    }

    /** As {@link #quantus}, with 20 neighbours. */
    public static LocalLipschitz defaults(long seed) {
        return new LocalLipschitz(Neighbourhood.gaussian(20, 0.1), true, seed);
    }

    @Override
    public Evaluation evaluate(Network network, MapFunction maps, Array batch, int[] classes) {
        return robustness(network, maps, batch, classes).largest();
    }

    /** With the average over neighbours and the share of changed predictions. */
    public Robustness robustness(Network network, MapFunction maps, Array batch, int[] classes) {
        Subject s = Subject.of(network, batch, classes);
        double[][] clean = s.maps(maps);
        for (int i : s.alive()) {
            if (normalise && Robustness.norm(clean[i]) == 0) {
                s.fail(i, Status.undefined("the map is zero everywhere, so it cannot be normalised"));
            }
            clean[i] = scaled(clean[i]);
        }
        double[][] changes = new double[s.n()][neighbourhood.samples()];
        boolean[][] flipped = neighbourhood.walk(s, maps, null, seed, (i, k, seen) -> {
            double[] x = s.row(i);
            double[] step = new double[x.length];
            Arrays.setAll(step, e -> seen.rows()[seen.offset() + e] - x[e]);
            changes[i][k] =
                    Robustness.norm(Robustness.difference(scaled(seen.map()), clean[i])) / Robustness.norm(step);
        });
        return Robustness.of(
                "local Lipschitz estimate",
                changes,
                flipped,
                s,
                seed,
                s.provenance("local-lipschitz")
                        .with("neighbourhood", neighbourhood)
                        .with("normalise", normalise));
    }

    /** A neighbour's zero map stays zero. */
    private double[] scaled(double[] map) {
        double largest = Arrays.stream(map).map(Math::abs).max().orElse(0);
        return normalise && largest > 0
                ? Arrays.stream(map).map(v -> v / largest).toArray()
                : map;
    }
}
