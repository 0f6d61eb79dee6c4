package dev.qualm.detect.fitted;

import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import dev.qualm.detect.Work;
import dev.qualm.detect.meta.MetaDetector;
import dev.qualm.detect.meta.ScoreScaling;
import dev.qualm.detect.wrong.LinearModel;
import dev.qualm.network.Network;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A learnt combination as one detector: log odds of distrust by a logistic regression over the scaled scores of fitted
 * detectors (stacking; Wolpert, Neural Networks 5, 1992). Undefined where one of them is. It costs what its parts cost
 * together, and is calibrated, evaluated and attacked like any other detector.
 *
 * @param parts whose scores it combines, none of them a combination
 */
public record Combination(List<DetectorScore> parts) implements Detector {
    /** Name of every combination. */
    public static final String NAME = "meta";

    private static final String SCALING = "scaling";
    private static final String WEIGHTS = "weights";
    private static final String BIAS = "bias";

    public Combination {
        parts = List.copyOf(parts);
        DetectorException.require(
                !parts.isEmpty() && parts.stream().noneMatch(p -> p.detector() instanceof Combination),
                NAME,
                "detectors to combine that are no combinations themselves",
                parts,
                "name others");
    }

    /**
     * A combination ready to score.
     *
     * @param learnt over the scores of the parts, in their order
     */
    public static DetectorScore of(List<DetectorScore> parts, MetaDetector learnt) {
        List<String> names = parts.stream().map(DetectorScore::name).toList();
        DetectorException.require(
                learnt.parts().equals(names), NAME, "weights for " + names, learnt.parts(), "learn them again");
        Learnt saved = Learnt.nothing()
                .with(SCALING, learnt.scaling().toArray())
                .with(WEIGHTS, learnt.weights())
                .with(BIAS, learnt.model().bias());
        return DetectorScore.of(new Combination(parts), parts.get(0).site(), saved);
    }

    @Override
    public About about() {
        Set<Reads> reads = EnumSet.noneOf(Reads.class);
        parts.forEach(p -> reads.addAll(p.detector().about().reads()));
        boolean invariant = parts.stream().allMatch(p -> p.detector().about().shiftInvariant());
        return new About(
                NAME, "What do several detectors say together?", "Wolpert 1992", Published.DISTRUST, invariant, reads);
    }

    @Override
    public Settings settings() {
        return Settings.none();
    }

    @Override
    public List<Quantity> quantities() {
        return parts.stream()
                .flatMap(p -> p.detector().quantities().stream())
                .distinct()
                .toList();
    }

    @Override
    public Set<String> tensors(Network network) {
        Set<String> all = new LinkedHashSet<>();
        parts.forEach(p -> all.addAll(p.detector().tensors(network)));
        return all;
    }

    @Override
    public List<Work> work(int classes) {
        return parts.stream()
                .flatMap(p -> p.detector().work(classes).stream())
                .distinct()
                .toList();
    }

    @Override
    public @Nullable String refusal(Network network, Site site) {
        for (DetectorScore p : parts) {
            String reason = Detectors.refusal(p.detector(), network, site);
            if (reason != null) {
                return p.name() + ": " + reason;
            }
        }
        return null;
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        LinearModel model = new LinearModel(learnt.vector(WEIGHTS, parts.size()), learnt.number(BIAS));
        Array saved = learnt.arrays().get(SCALING);
        ScoreScaling scaling;
        try {
            scaling = ScoreScaling.of(saved == null ? Array.of(new double[0], 0) : saved, parts.size());
        } catch (QualmException e) {
            throw new UnreadableFileException("The saved combination is damaged: " + e.getMessage(), e);
        }
        if (parts.stream().allMatch(p -> p.judge() instanceof Judge.OfRow)) {
            return new Judge.OfRow() {
                @Override
                public double score(Readings batch, int row) {
                    return scores(batch.select(new int[] {row}))[0];
                }

                @Override
                public double[] scores(Readings batch) {
                    double[][] columns =
                            parts.stream().map(p -> p.scoreRows(batch)).toArray(double[][]::new);
                    return combined(scaling, model, columns, batch.size());
                }
            };
        }
        return (Judge.OfInput) evidence -> {
            double[][] columns = parts.stream().map(p -> p.score(evidence)).toArray(double[][]::new);
            return combined(scaling, model, columns, evidence.size());
        };
    }

    private static double[] combined(ScoreScaling scaling, LinearModel model, double[][] columns, int n) {
        double[] out = new double[n];
        for (int i = 0; i < n; i++) {
            int item = i;
            out[i] = MetaDetector.logOdds(
                    scaling,
                    model,
                    Arrays.stream(columns).mapToDouble(c -> c[item]).toArray());
        }
        return out;
    }
}
