package dev.qualm.attribution.evaluation;

import dev.qualm.array.Array;
import dev.qualm.attribution.MapFunction;
import dev.qualm.network.Network;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Remove and debias (ROAD; Rong et al., ICML 2022): removes shares of an image's pixels by noisy linear imputation,
 * which leaves less trace of where pixels were removed than a fixed colour does, and follows the class. No retraining.
 * The value per image is the mean probability of the class over the shares: low is good when the most relevant pixels
 * go first, high when the least relevant do. The curve also holds the accuracy, which the paper plots. Costs one pass
 * and one sparse solve per channel for each image and share. Images only.
 *
 * @param shares of the pixels removed, rising, each above 0 and below 1
 * @param mostFirst whether the most relevant pixels go first (MoRF), else the least relevant (LeRF)
 * @param noise standard deviation of the noise on imputed pixels, in units of the network's input
 * @param reading what makes a pixel relevant
 * @param seed start of the noise, and of the order of equally relevant pixels
 */
public record Road(List<Double> shares, boolean mostFirst, double noise, Reading reading, long seed)
        implements MapEvaluation {
    private static final long NOISE = 1L << 42;

    public Road {
        shares = List.copyOf(shares);
        boolean rising = !shares.isEmpty();
        for (int i = 0; i < shares.size(); i++) {
            rising &= shares.get(i) > (i == 0 ? 0 : shares.get(i - 1)) && shares.get(i) < 1;
        }
        if (!rising || !(noise >= 0) || Double.isInfinite(noise)) {
            throw new EvaluationException("Expected rising shares between 0 and 1 and noise from 0, but found " + shares
                    + " and " + noise + ": with no pixel left there is nothing to impute from");
        }
    }

    /** 10% to 90% in steps of 10, most relevant first, noise 0.01, signed. */
    public static Road defaults(long seed) {
        return new Road(List.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9), true, 0.01, Reading.SIGNED, seed);
    }

    /** The least relevant pixels first. */
    public Road leastFirst() {
        return new Road(shares, false, noise, reading, seed);
    }

    @Override
    public Evaluation evaluate(Network network, MapFunction maps, Array batch, int[] classes) {
        return curve(network, maps, batch, classes).score();
    }

    /** Probabilities of the class and the accuracy at each share; the first point is the clean image. */
    public RemovalCurve curve(Network network, MapFunction maps, Array batch, int[] classes) {
        Units.of(batch).requireImage("Road");
        Subject s = Subject.of(network, batch, classes);
        return curve(s, s.maps(maps));
    }

    /** As {@link #curve(Network, MapFunction, Array, int[])} for maps made beforehand. */
    public RemovalCurve curve(Network network, Array maps, Array batch, int[] classes) {
        Units.of(batch).requireImage("Road");
        Subject s = Subject.of(network, batch, classes);
        return curve(s, s.maps(maps));
    }

    private RemovalCurve curve(Subject s, double[][] maps) {
        Cells pixels = Cells.squares(s.units, 1);
        int count = pixels.count();
        int[][] orders = new int[s.n()][];
        for (int i : s.alive()) {
            int[][] both = Removal.orders(s, pixels, i, s.units.relevance(maps[i], reading), 0, seed);
            orders[i] = both[mostFirst ? 0 : 1];
        }
        int[] counts = shares.stream()
                .mapToInt(p -> (int) Math.min(count - 1L, Math.round(p * count)))
                .toArray();
        Removal.Trace trace = Removal.trace(s, 1, counts.length, Output.PROBABILITY, (i, o, step, into, at) -> {
            System.arraycopy(s.row(i), 0, into, at, s.units.size());
            int[] gone = Arrays.copyOf(orders[i], counts[step - 1]);
            NoisyLinearImputation imputation = new NoisyLinearImputation(s.units.height(), s.units.width(), gone);
            Draws draws = s.draws(seed, i, NOISE + step);
            for (int c = 0; c < s.units.channels(); c++) {
                imputation.apply(into, at + c * count, noise, draws);
            }
        });
        double[][] outputs = trace.outputs()[0];
        double[] values = Arrays.stream(outputs)
                .mapToDouble(row -> Arrays.stream(row, 1, row.length).sum() / (row.length - 1))
                .toArray();
        double[] removed = new double[counts.length + 1];
        for (int k = 0; k < counts.length; k++) {
            removed[k + 1] = counts[k] / (double) count;
        }
        String order = mostFirst ? "most relevant first" : "least relevant first";
        Evaluation score = Evaluation.of(
                String.format(Locale.ROOT, "ROAD probability, %s", order),
                mostFirst ? Better.LOWER : Better.HIGHER,
                values,
                s.status(),
                s.cost(),
                seed,
                s.provenance("road")
                        .with("shares", shares)
                        .with("order", order)
                        .with("noise", noise)
                        .with("reading", reading));
        double[] accuracy = Removal.accuracy(trace, 0, 1, s.alive(), removed.length);
        return new RemovalCurve(order, removed, outputs, accuracy, score);
    }
}
