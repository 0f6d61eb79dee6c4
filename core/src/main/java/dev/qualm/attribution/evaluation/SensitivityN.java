package dev.qualm.attribution.evaluation;

import dev.qualm.array.Array;
import dev.qualm.attribution.MapFunction;
import dev.qualm.network.Network;
import java.util.Arrays;
import java.util.List;

/**
 * Sensitivity-n (Ancona, Ceolini, Oztireli, Gross 2018, section 4): {@link FaithfulnessCorrelation} for subsets of n
 * units, as a curve over n. Shows whether a map predicts the effect of removing few units, many, or both. The value per
 * image is the mean over the sizes. Costs {@code runs} passes per image and size.
 *
 * @param shares sizes of the subsets as shares of the units, each strictly between 0 and 1
 * @param runs subsets per image and size, at least 3
 * @param baseline what removed units are set to
 * @param output whose drop is measured
 * @param seed start of the random subsets
 */
public record SensitivityN(List<Double> shares, int runs, Baseline baseline, Output output, long seed)
        implements MapEvaluation {
    public SensitivityN {
        shares = List.copyOf(shares);
        if (shares.isEmpty() || shares.stream().anyMatch(s -> !(s > 0 && s < 1)) || runs < 3) {
            throw new EvaluationException("Expected shares strictly between 0 and 1 and at least 3 runs, but found "
                    + shares + " and " + runs);
        }
    }

    /** 1, 5, 10, 20, 40, 60 and 80% of the units, 50 runs, baseline zero, logit. */
    public static SensitivityN defaults(long seed) {
        return new SensitivityN(List.of(0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8), 50, Baseline.zero(), Output.LOGIT, seed);
    }

    /**
     * Correlations by size.
     *
     * @param sizes units per subset, rising; shares that round to one size count once
     * @param correlations {@code [n][sizes]}; NaN where undefined
     * @param evaluation the mean over the sizes that have a value
     */
    public record Curve(int[] sizes, double[][] correlations, Evaluation evaluation) {}

    @Override
    public Evaluation evaluate(Network network, MapFunction maps, Array batch, int[] classes) {
        return curve(network, maps, batch, classes).evaluation();
    }

    /** The whole curve. */
    public Curve curve(Network network, MapFunction maps, Array batch, int[] classes) {
        baseline.check(batch);
        Subject s = Subject.of(network, batch, classes);
        return curve(s, s.maps(maps));
    }

    /** The whole curve for maps made beforehand. */
    public Curve curve(Network network, Array maps, Array batch, int[] classes) {
        baseline.check(batch);
        Subject s = Subject.of(network, batch, classes);
        return curve(s, s.maps(maps));
    }

    private Curve curve(Subject s, double[][] maps) {
        int units = s.units.count();
        int[] sizes = shares.stream()
                .mapToInt(p -> (int) Math.max(1, Math.min(units - 1L, Math.round(p * units))))
                .sorted()
                .distinct()
                .toArray();
        double[][] correlations = new double[s.n()][sizes.length];
        for (int k = 0; k < sizes.length; k++) {
            double[] column = SubsetCorrelation.of(s, maps, sizes[k], runs, baseline, output, seed + k);
            for (int i = 0; i < column.length; i++) {
                correlations[i][k] = column[i];
            }
        }
        double[] values = Arrays.stream(correlations)
                .mapToDouble(row ->
                        Arrays.stream(row).filter(Double::isFinite).average().orElse(Double.NaN))
                .toArray();
        Evaluation evaluation = Evaluation.of(
                "sensitivity-n",
                Better.HIGHER,
                values,
                s.status(),
                s.cost(),
                seed,
                s.provenance("sensitivity-n")
                        .with("sizes", Arrays.toString(sizes))
                        .with("runs", runs)
                        .with("baseline", baseline)
                        .with("output", output));
        return new Curve(sizes, correlations, evaluation);
    }
}
