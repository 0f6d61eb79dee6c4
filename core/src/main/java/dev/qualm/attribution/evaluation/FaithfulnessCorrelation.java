package dev.qualm.attribution.evaluation;

import dev.qualm.array.Array;
import dev.qualm.attribution.MapFunction;
import dev.qualm.network.Network;

/**
 * Faithfulness correlation (Bhatt, Weller, Moura 2020, section 4): over random subsets S of pixels or features, the
 * Pearson correlation between the relevance in S and the drop of the output when S is set to the baseline. In [-1, 1],
 * higher is better; the gradient times (input - baseline) of a linear network has 1. Costs {@code runs} passes per
 * image.
 *
 * <p>The default subset of 224 is that of Quantus, but at most half of the units: a subset of all units would be the
 * same in every run. No value where the relevance or the drop is the same for all subsets (a zero map, one unit).
 *
 * @param runs subsets per image, at least 3
 * @param subset units per subset, from 1; larger than half of the units counts as half of them
 * @param baseline what removed units are set to
 * @param output whose drop is measured
 * @param seed start of the random subsets
 */
public record FaithfulnessCorrelation(int runs, int subset, Baseline baseline, Output output, long seed)
        implements MapEvaluation {
    public FaithfulnessCorrelation {
        if (runs < 3 || subset < 1) {
            throw new EvaluationException("Expected at least 3 runs and 1 unit per subset, but found " + runs + " and "
                    + subset + ": two points always correlate perfectly");
        }
    }

    /** 100 runs, subsets of 224, baseline zero, logit. */
    public static FaithfulnessCorrelation defaults(long seed) {
        return new FaithfulnessCorrelation(100, 224, Baseline.zero(), Output.LOGIT, seed);
    }

    /** The size of subsets of so many units. */
    int subsetOf(int units) {
        return Math.max(1, Math.min(subset, units / 2));
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
        int size = subsetOf(s.units.count());
        double[] values = SubsetCorrelation.of(s, maps, size, runs, baseline, output, seed);
        return Evaluation.of(
                "faithfulness correlation",
                Better.HIGHER,
                values,
                s.status(),
                s.cost(),
                seed,
                s.provenance("faithfulness-correlation")
                        .with("runs", runs)
                        .with("subset", size)
                        .with("baseline", baseline)
                        .with("output", output));
    }
}
