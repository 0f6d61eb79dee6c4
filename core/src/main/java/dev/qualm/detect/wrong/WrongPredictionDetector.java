package dev.qualm.detect.wrong;

import dev.qualm.Provenance;
import dev.qualm.metric.Auroc;
import dev.qualm.metric.EqualRecall;
import dev.qualm.metric.Ranking;
import dev.qualm.metric.Threshold;
import dev.qualm.metric.ThresholdRule;
import dev.qualm.metric.Youden;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How to fit the detector of wrong predictions (Wu, Michel, Briot 2019, arXiv 1910.00387): a model of the conductance of the last layer, and
 * a second one that combines its output with the label change rate and whatever else was asked for.
 *
 * <p>A single feature of one number needs no model: it is the score, and only the threshold is fitted.
 *
 * @param features what to look at
 * @param first model of the conductance, scaled by {@link FeatureScaling}
 * @param second model of the first one's output and the other features, in order of {@link Feature}
 * @param folds parts for cross-fitting, at least 2, or 0 for none, as published
 * @param rule where doubt begins
 * @param seed of folds and models
 */
/*
 * Cross-fitting (Wolpert 1992, Neural Networks 5, "stacked generalization"): the rows the second model learns from hold what a first model said
 * that had not seen them. A network that has seen a row is too sure of it, so the second model would trust the first one more than new
 * items warrant. Once the second model is fitted, the first one is fitted again on all rows.
 */
public record WrongPredictionDetector(
        Set<Feature> features, BinaryModel first, BinaryModel second, int folds, ThresholdRule rule, long seed) {
    private static final int FOLDS = 5;

    public WrongPredictionDetector {
        FitException.require(!features.isEmpty(), "at least one feature", "of conductance, lcr, msp, margin", features);
        FitException.require(folds == 0 || folds >= 2, "a number of folds", "of at least 2, or 0", folds);
        features = Collections.unmodifiableSet(EnumSet.copyOf(features));
    }

    /**
     * The paper's network for the conductance, logistic regression for the combination, cross-fitted in 5 folds, threshold by Youden, seed 0.
     *
     * @param features for example {@code conductance+lcr}
     */
    public static WrongPredictionDetector of(String features) {
        return new WrongPredictionDetector(
                Feature.parse(features), ConductanceMlp.cifar10(), LogisticRegression.DEFAULT, FOLDS, new Youden(), 0);
    }

    /** Both models as published for CIFAR-10, without cross-fitting, equal recalls. */
    public static WrongPredictionDetector reference(String features) {
        return new WrongPredictionDetector(
                Feature.parse(features), ConductanceMlp.cifar10(), CombinedMlp.cifar10(), 0, new EqualRecall(), 0);
    }

    public WrongPredictionDetector withModels(BinaryModel newFirst, BinaryModel newSecond) {
        return new WrongPredictionDetector(features, newFirst, newSecond, folds, rule, seed);
    }

    public WrongPredictionDetector withRule(ThresholdRule other) {
        return new WrongPredictionDetector(features, first, second, folds, other, seed);
    }

    public WrongPredictionDetector withFolds(int other) {
        return new WrongPredictionDetector(features, first, second, other, rule, seed);
    }

    public WrongPredictionDetector withSeed(long other) {
        return new WrongPredictionDetector(features, first, second, folds, rule, other);
    }

    /**
     * Fits the models on one split and chooses the threshold on another. Items whose features are not finite are left out, and counted in
     * the provenance.
     *
     * @throws FitException if the splits share items, hold items of the classifier's training set, come from two models or are too small
     */
    public FittedDetector fit(Labelled fit, Labelled threshold, Discipline discipline) {
        discipline.check(fit, threshold);
        FitException.require(
                fit.samples().modelHash().equals(threshold.samples().modelHash()),
                "samples of one model",
                fit.samples().modelHash(),
                threshold.samples().modelHash());
        Reading.requireSame(features, fit.samples(), threshold.samples());
        Labelled learnt = usable("fitting", fit);
        Labelled chosen = usable("the threshold", threshold);
        Pipeline pipeline = pipeline(learnt);
        double[] scores = pipeline.score(chosen.samples());
        Ranking ranking = Ranking.of(scores, chosen.wrong());
        Threshold found = rule.choose(ranking);
        List<String> seen = new ArrayList<>(fit.samples().hashes());
        seen.addAll(threshold.samples().hashes());
        return new FittedDetector(
                fit.samples().modelHash(),
                pipeline,
                found,
                Auroc.of(ranking),
                Set.copyOf(seen),
                discipline.toString(),
                Reading.of(features, fit.samples()),
                provenance(fit, learnt, threshold, chosen, discipline).with("threshold rule", found.rule()));
    }

    private Labelled usable(String what, Labelled given) {
        Labelled kept = given.usable(features);
        int wrong = Rows.count(kept.wrong());
        if (wrong == 0 || wrong == kept.size()) {
            throw new FitException(
                    "Expected right and wrong predictions for " + what + ", but found " + (kept.size() - wrong)
                            + " right and " + wrong + " wrong (" + (given.size() - kept.size())
                            + " items left out because a feature is not finite); give more held-out data");
        }
        return kept;
    }

    private Pipeline pipeline(Labelled learnt) {
        FeatureScaling scaling = null;
        FittedModel one = null;
        FittedModel two = null;
        boolean[] wrong = learnt.wrong();
        if (features.contains(Feature.CONDUCTANCE)) {
            double[][] raw = learnt.samples().rows();
            scaling = FeatureScaling.of(raw);
            double[][] rows = scaling.apply(raw);
            one = first.fit(rows, wrong, seed);
            if (features.size() > 1) {
                double[] outputs = folds == 0
                        ? one.probabilities(rows)
                        : crossFitted(learnt.samples().hashes(), rows, wrong);
                two = second.fit(Pipeline.combine(features, learnt.samples(), outputs), wrong, seed);
            }
        } else if (features.size() > 1) {
            two = second.fit(Pipeline.combine(features, learnt.samples(), null), wrong, seed);
        }
        return new Pipeline(features, scaling, one, two);
    }

    /** What first models say of the rows that they were not fitted on. */
    double[] crossFitted(List<String> hashes, double[][] rows, boolean[] wrong) {
        int[] fold = folds(hashes, wrong);
        int count = 0;
        for (int f : fold) {
            count = Math.max(count, f + 1);
        }
        double[] out = new double[rows.length];
        for (int f = 0; f < count; f++) {
            List<double[]> others = new ArrayList<>();
            List<Boolean> labels = new ArrayList<>();
            for (int i = 0; i < rows.length; i++) {
                if (fold[i] != f) {
                    others.add(rows[i]);
                    labels.add(wrong[i]);
                }
            }
            boolean[] marks = new boolean[labels.size()];
            for (int i = 0; i < marks.length; i++) {
                marks[i] = labels.get(i);
            }
            FittedModel model = first.fit(others.toArray(double[][]::new), marks, seed + 1 + f);
            for (int i = 0; i < rows.length; i++) {
                out[i] = fold[i] == f ? model.probability(rows[i]) : out[i];
            }
        }
        return out;
    }

    /** Fold of each row: equal contents in one, right and wrong predictions spread evenly over all. */
    int[] folds(List<String> hashes, boolean[] wrong) {
        List<List<Integer>> groups = Splits.groups(hashes);
        Collections.shuffle(groups, new Random(seed));
        long bad = groups.stream().filter(g -> wrong[g.get(0)]).count();
        int count = (int) Math.min(folds, Math.min(bad, groups.size() - bad));
        if (count < 2) {
            throw new FitException("Expected at least 2 different right and 2 different wrong predictions for"
                    + " cross-fitting, but found " + (groups.size() - bad) + " and " + bad + "; give more data");
        }
        int[] fold = new int[wrong.length];
        int[] next = new int[2];
        for (List<Integer> group : groups) {
            int kind = wrong[group.get(0)] ? 1 : 0;
            int f = next[kind]++ % count;
            group.forEach(i -> fold[i] = f);
        }
        return fold;
    }

    private Provenance provenance(
            Labelled fit, Labelled learnt, Labelled threshold, Labelled chosen, Discipline discipline) {
        return Provenance.of("wrong-prediction")
                .with("model", fit.samples().modelHash())
                .with("features", Feature.format(features))
                .with("first", features.contains(Feature.CONDUCTANCE) ? first : "none")
                .with("second", features.size() > 1 ? second : "none")
                .with("folds", folds)
                .with("seed", seed)
                .with("discipline", discipline)
                .with("fit", counts(fit, learnt))
                .with("fit items", "sha256:" + contents(fit))
                .with("threshold", counts(threshold, chosen))
                .with("threshold items", "sha256:" + contents(threshold))
                .with("samples", fit.samples().provenance());
    }

    private static String counts(Labelled given, Labelled kept) {
        int wrong = Rows.count(kept.wrong());
        return (kept.size() - wrong) + " right, " + wrong + " wrong, " + (given.size() - kept.size()) + " left out";
    }

    /** One name for the contents of all items, in any order. */
    private static String contents(Labelled items) {
        String all =
                String.join("\n", items.samples().hashes().stream().sorted().toList());
        return dev.qualm.network.onnx.ModelHash.of(all.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The models of a fitted detector in order.
     *
     * @param scaling of the conductance; null without
     * @param first model of the conductance; null without
     * @param second model of the combination; null for a single feature
     */
    record Pipeline(
            Set<Feature> features,
            @Nullable FeatureScaling scaling,
            @Nullable FittedModel first,
            @Nullable FittedModel second) {
        /** Distrust per item, NaN where a feature is not finite. */
        double[] score(Samples samples) {
            double[] outputs =
                    scaling == null || first == null ? null : first.probabilities(scaling.apply(samples.rows()));
            double[][] rows = combine(features, samples, outputs);
            double[] out = new double[rows.length];
            for (int i = 0; i < out.length; i++) {
                out[i] = !samples.usable(i, features)
                        ? Double.NaN
                        : second == null ? rows[i][0] : second.probability(rows[i]);
            }
            return out;
        }

        /** The second model's rows: a column for each feature, in order. */
        static double[][] combine(Set<Feature> features, Samples samples, double @Nullable [] outputs) {
            double[][] rows = new double[samples.size()][features.size()];
            int column = 0;
            for (Feature f : Feature.values()) {
                if (features.contains(f)) {
                    double[] values = f == Feature.CONDUCTANCE && outputs != null ? outputs : samples.scalar(f);
                    for (int i = 0; i < rows.length; i++) {
                        rows[i][column] = values[i];
                    }
                    column++;
                }
            }
            return rows;
        }
    }
}
