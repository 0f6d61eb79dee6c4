package dev.qualm.attribution.evaluation;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.attribution.MapFunction;
import dev.qualm.network.Network;
import java.util.Arrays;

/**
 * Infidelity (Yeh et al. 2019, definition 2.1): the mean over perturbations I of {@code (I . h - (f(x) - f(x - I)))^2},
 * the squared error of the map's prediction of what the perturbation does. In squared units of the output; lower is
 * better; 0 for the gradient of a linear network. Costs {@code samples} passes per image.
 *
 * <p>Without scaling it depends on the scale of the map, which many methods leave open; with {@code scaled} the map is
 * first multiplied by the factor that minimises the value, {@code E[(I.h)(f(x)-f(x-I))] / E[(I.h)^2]}, one per image.
 *
 * @param samples perturbations per image
 * @param perturbation how they are made
 * @param kind what an entry of the map says
 * @param scaled whether the map is scaled optimally
 * @param baseline what removed entries are set to, and what contributions are relative to
 * @param output f
 * @param seed start of the perturbations
 */
public record Infidelity(
        int samples, Perturbation perturbation, Kind kind, boolean scaled, Baseline baseline, Output output, long seed)
        implements MapEvaluation {
    /** What an entry of the map says. */
    public enum Kind {
        /** Change of the output per unit of the entry, as a gradient: the definition's h. */
        SENSITIVITY,
        /**
         * The entry's share of the output relative to the baseline, as gradient times input or integrated gradients:
         * such a map is divided by (input - baseline) first, and counts 0 where that is 0.
         */
        CONTRIBUTION
    }

    /** How I is made. */
    public sealed interface Perturbation {
        /** Independent normal noise on every entry: judges the map as a local slope. */
        record Gaussian(double deviation) implements Perturbation {}

        /** The difference from a baseline with normal noise on it: judges the map as an account of the whole output. */
        record NoisyBaseline(double deviation) implements Perturbation {}

        /**
         * Removes one random square of an image, side by side pixels, over all channels; of features, so many random
         * ones. Sides larger than the image are cut.
         */
        record Square(int side) implements Perturbation {}
    }

    public Infidelity {
        boolean fits = perturbation instanceof Perturbation.Gaussian g
                ? g.deviation > 0 && Double.isFinite(g.deviation)
                : perturbation instanceof Perturbation.NoisyBaseline b
                        ? b.deviation >= 0 && Double.isFinite(b.deviation)
                        : perturbation instanceof Perturbation.Square s && s.side >= 1;
        if (samples < 1 || !fits) {
            throw new EvaluationException("Expected at least 1 sample, a positive deviation or side, but found "
                    + samples + " and " + perturbation);
        }
    }

    /** 10 random 4 x 4 squares set to zero, sensitivities, unscaled, logit. */
    public static Infidelity defaults(long seed) {
        return new Infidelity(
                10, new Perturbation.Square(4), Kind.SENSITIVITY, false, Baseline.zero(), Output.LOGIT, seed);
    }

    public Infidelity withSamples(int newSamples) {
        return new Infidelity(newSamples, perturbation, kind, scaled, baseline, output, seed);
    }

    public Infidelity withPerturbation(Perturbation newPerturbation) {
        return new Infidelity(samples, newPerturbation, kind, scaled, baseline, output, seed);
    }

    public Infidelity withKind(Kind newKind) {
        return new Infidelity(samples, perturbation, newKind, scaled, baseline, output, seed);
    }

    public Infidelity withScaled(boolean newScaled) {
        return new Infidelity(samples, perturbation, kind, newScaled, baseline, output, seed);
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
        if (maps[0].length != s.units.size()) {
            throw new ShapeException(
                    "Infidelity multiplies the map with a perturbation entry by entry: expected maps of the"
                            + " shape of the batch, " + s.batch + ", but found " + maps[0].length
                            + " entries per map; give maps that are not summed over channels");
        }
        int[] alive = s.alive();
        double[][] predicted = new double[s.n()][samples];
        double[][] drops = new double[s.n()][samples];
        s.run(
                Math.multiplyExact(alive.length, samples),
                (r, into, at) -> {
                    int i = alive[r / samples];
                    double[] x = s.row(i);
                    double[] blank = s.baseline(i, baseline);
                    double[] change = change(s.units, x, blank, s.draws(seed, i, r % samples));
                    for (int e = 0; e < x.length; e++) {
                        into[at + e] = x[e] - change[e];
                        double gap = x[e] - blank[e];
                        double share = kind == Kind.SENSITIVITY ? change[e] : gap == 0 ? 0 : change[e] / gap;
                        predicted[i][r % samples] += share * maps[i][e];
                    }
                },
                (r, z) -> {
                    int i = alive[r / samples];
                    drops[i][r % samples] = s.output(output, i) - output.of(z, s.classes[i]);
                });
        double[] values = new double[s.n()];
        Arrays.setAll(values, i -> meanSquare(predicted[i], drops[i]));
        return Evaluation.of(
                "infidelity",
                Better.LOWER,
                values,
                s.status(),
                s.cost(),
                seed,
                s.provenance("infidelity")
                        .with("samples", samples)
                        .with("perturbation", perturbation)
                        .with("kind", kind)
                        .with("scaled", scaled)
                        .with("baseline", baseline)
                        .with("output", output));
    }

    private double meanSquare(double[] predicted, double[] drops) {
        double both = 0;
        double square = 0;
        for (int k = 0; k < samples; k++) {
            both += predicted[k] * drops[k];
            square += predicted[k] * predicted[k];
        }
        // A map that predicts no change at all stays so under every factor.
        double factor = scaled && square > 0 ? both / square : 1;
        double sum = 0;
        for (int k = 0; k < samples; k++) {
            double error = factor * predicted[k] - drops[k];
            sum += error * error;
        }
        return sum / samples;
    }

    private double[] change(Units units, double[] x, double[] blank, Draws draws) {
        double[] change = new double[x.length];
        if (perturbation instanceof Perturbation.Square square) {
            for (int unit : square(units, square.side, draws)) {
                for (int e = unit; e < x.length; e += units.count()) {
                    change[e] = x[e] - blank[e];
                }
            }
        } else if (perturbation instanceof Perturbation.Gaussian g) {
            Arrays.setAll(change, e -> g.deviation * draws.gaussian());
        } else if (perturbation instanceof Perturbation.NoisyBaseline b) {
            Arrays.setAll(change, e -> x[e] - blank[e] - b.deviation * draws.gaussian());
        }
        return change;
    }

    private static int[] square(Units units, int side, Draws draws) {
        if (!units.image()) {
            return draws.subset(Math.min(side, units.count()), units.count());
        }
        int rows = Math.min(side, units.height());
        int columns = Math.min(side, units.width());
        int top = draws.below(units.height() - rows + 1);
        int left = draws.below(units.width() - columns + 1);
        int[] out = new int[rows * columns];
        Arrays.setAll(out, k -> (top + k / columns) * units.width() + left + k % columns);
        return out;
    }
}
