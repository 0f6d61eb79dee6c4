package dev.qualm.detect.meta;

import dev.qualm.Provenance;
import dev.qualm.detect.wrong.LinearModel;
import dev.qualm.detect.wrong.LogisticRegression;
import dev.qualm.metric.Auroc;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * How a combination of detectors is learnt: logistic regression with an L2 penalty over scaled scores, fitted once on all items, and once for
 * each fold on the others (stacking; Wolpert, Neural Networks 5, 1992). The latter give each item a score from a fit that has not seen it.
 *
 * @param l2 strength of the penalty
 * @param folds how many, at least 2
 * @param seed of the folds
 */
public record MetaRecipe(double l2, int folds, long seed) {
    /** Penalty 1, five folds. */
    public static MetaRecipe defaults() {
        return new MetaRecipe(1, 5, 1);
    }

    public MetaRecipe {
        if (!(l2 > 0 && Double.isFinite(l2)) || folds < 2) {
            throw new MetaException(
                    "Expected a penalty above 0 and at least 2 folds, but found " + l2 + " and " + folds);
        }
    }

    /**
     * Learns.
     *
     * @param items with both kinds of marks in every fold's complement
     * @param modelHash the model whose predictions were scored
     * @throws MetaException if a kind is missing
     */
    public MetaFit fit(MetaItems items, String modelHash) {
        int[] defined = IntStream.range(0, items.size()).filter(items::defined).toArray();
        MetaItems known = items.select(defined);
        requireBothKinds(known);
        int[] fold = foldsOf(known);
        double[] own = new double[known.size()];
        for (int f = 0; f < folds; f++) {
            int held = f;
            int[] others =
                    IntStream.range(0, own.length).filter(i -> fold[i] != held).toArray();
            int[] mine =
                    IntStream.range(0, own.length).filter(i -> fold[i] == held).toArray();
            if (mine.length == 0) {
                continue;
            }
            Learnt learnt = learn(known.select(others));
            for (int i : mine) {
                own[i] = learnt.score(known.rows()[i]);
            }
        }
        Learnt all = learn(known);
        double[] outOfFold = new double[items.size()];
        Arrays.fill(outOfFold, Double.NaN);
        for (int i = 0; i < defined.length; i++) {
            outOfFold[defined[i]] = own[i];
        }
        MetaDetector detector = new MetaDetector(
                modelHash,
                items.parts(),
                all.scaling(),
                all.model(),
                MetaItems.itemSet(items.contents()),
                trusted(own, known.distrust()),
                Auroc.of(dev.qualm.metric.Ranking.of(own, known.distrust())),
                Provenance.of("meta-detector")
                        .with("scores", items.parts())
                        .with("items", items)
                        .with("left out", items.size() - defined.length)
                        .with("l2", l2)
                        .with("folds", folds)
                        .with("seed", seed));
        return new MetaFit(detector, outOfFold);
    }

    /** Fitted on all of some items, without folds: for evaluations that keep their own items apart. */
    public MetaScorer fitAll(MetaItems items) {
        Learnt learnt = learn(items.select(
                IntStream.range(0, items.size()).filter(items::defined).toArray()));
        return learnt::score;
    }

    /** Scores a row of parts. */
    @FunctionalInterface
    public interface MetaScorer {
        /** Log odds of distrust; NaN unless all scores are finite. */
        double score(double[] row);
    }

    record Learnt(ScoreScaling scaling, LinearModel model) {
        double score(double[] row) {
            return MetaDetector.logOdds(scaling, model, row);
        }
    }

    private Learnt learn(MetaItems items) {
        requireBothKinds(items);
        ScoreScaling scaling = ScoreScaling.of(items.rows());
        return new Learnt(scaling, new LogisticRegression(l2).fit(scaling.apply(items.rows()), items.distrust(), seed));
    }

    private static void requireBothKinds(MetaItems items) {
        int distrusted = 0;
        for (boolean d : items.distrust()) {
            distrusted += d ? 1 : 0;
        }
        if (distrusted == 0 || distrusted == items.size()) {
            throw new MetaException(
                    "Expected items to be trusted and items to be distrusted, whose scores are all defined,"
                            + " to learn from, but found " + (items.size() - distrusted) + " and " + distrusted
                            + "; give more held-out items, or known outliers");
        }
    }

    /** Items of equal content share a fold, and each fold has its share of both kinds. */
    private int[] foldsOf(MetaItems items) {
        Map<Long, List<Integer>> groups = new LinkedHashMap<>();
        int[] order = IntStream.range(0, items.size()).toArray();
        long[] contents = items.contents();
        // By content, so that the order of the items changes nothing.
        List<Integer> sorted = new ArrayList<>(IntStream.of(order).boxed().toList());
        sorted.sort((a, b) -> Long.compare(contents[a], contents[b]));
        for (int i : sorted) {
            groups.computeIfAbsent(contents[i], k -> new ArrayList<>()).add(i);
        }
        List<List<Integer>> shuffled = new ArrayList<>(groups.values());
        Collections.shuffle(shuffled, new Random(seed));
        int[] out = new int[items.size()];
        int[] next = new int[2];
        for (List<Integer> group : shuffled) {
            int kind = items.distrust()[group.get(0)] ? 1 : 0;
            int f = next[kind]++ % folds;
            group.forEach(i -> out[i] = f);
        }
        return out;
    }

    private static double[] trusted(double[] scores, boolean[] distrust) {
        return IntStream.range(0, scores.length)
                .filter(i -> !distrust[i])
                .mapToDouble(i -> scores[i])
                .toArray();
    }
}
