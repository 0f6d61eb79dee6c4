package dev.qualm.detect.wrong;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.QualmException;
import dev.qualm.Status;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WrongPredictionDetectorTest {
    private static final ConductanceMlp SMALL = new ConductanceMlp(16, 0.5, 1e-2, 50, 8);

    private static WrongPredictionDetector detector(String features) {
        return WrongPredictionDetector.of(features).withModels(SMALL, LogisticRegression.DEFAULT);
    }

    private final Labelled fit = Made.items(600, 2.5, 2.5, 0, 1);
    private final Labelled threshold = Made.items(400, 2.5, 2.5, 1000, 2);
    private final Labelled evaluation = Made.items(400, 2.5, 2.5, 2000, 3);

    static Stream<String> configurations() {
        return Stream.of("conductance", "lcr", "conductance+lcr", "conductance+lcr+msp+margin", "lcr+msp");
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void fit_plantedSignal_isFound(String features) {
        FittedDetector fitted = detector(features).fit(fit, threshold, Discipline.unchecked());
        FittedDetector.Evaluation found = fitted.evaluate(evaluation);
        assertThat(found.auroc().value()).isGreaterThan(0.9);
        assertThat(found.threshold().negativeRecall()).isGreaterThan(0.75);
        assertThat(found.threshold().positiveRecall()).isGreaterThan(0.75);
        assertThat(found.leftOut()).isZero();
    }

    @Test
    void fit_bothFeatures_beatEach() {
        Labelled weakFit = Made.items(1500, 1.2, 1.2, 0, 1);
        Labelled weakThreshold = Made.items(500, 1.2, 1.2, 5000, 2);
        Labelled fresh = Made.items(1500, 1.2, 1.2, 10000, 3);
        double[] auroc = Stream.of("conductance", "lcr", "conductance+lcr")
                .mapToDouble(f -> detector(f)
                        .fit(weakFit, weakThreshold, Discipline.unchecked())
                        .evaluate(fresh)
                        .auroc()
                        .value())
                .toArray();
        assertThat(auroc[2]).isGreaterThan(auroc[0] + 0.02).isGreaterThan(auroc[1] + 0.02);
    }

    @Test
    void fit_lcrAlone_isTheRateItself() {
        FittedDetector fitted = detector("lcr").fit(fit, threshold, Discipline.unchecked());
        assertThat(fitted.score(evaluation.samples()))
                .isEqualTo(evaluation.samples().labelChangeRate());
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void fit_sameSeed_givesTheSameBits(String features) {
        FittedDetector one = detector(features).fit(fit, threshold, Discipline.unchecked());
        FittedDetector two = detector(features).fit(fit, threshold, Discipline.unchecked());
        assertThat(two.score(evaluation.samples())).isEqualTo(one.score(evaluation.samples()));
        assertThat(two.threshold()).isEqualTo(one.threshold());
        assertThat(two.provenance()).isEqualTo(one.provenance());
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void score_alone_isTheScoreAmongOthers(String features) {
        FittedDetector fitted = detector(features).fit(fit, threshold, Discipline.unchecked());
        double[] all = fitted.score(evaluation.samples());
        for (int i = 0; i < 20; i++) {
            assertThat(fitted.score(evaluation.samples().select(i))).containsExactly(all[i]);
        }
    }

    @Test
    void fit_sharedItems_areRefused() {
        Labelled overlapping = Made.items(400, 2.5, 2.5, 599, 2);
        assertThatThrownBy(() -> detector("lcr").fit(fit, overlapping, Discipline.unchecked()))
                .isInstanceOf(FitException.class)
                .hasMessageContaining("1 are, the first at 0");
        FittedDetector fitted = detector("lcr").fit(fit, threshold, Discipline.unchecked());
        assertThatThrownBy(() -> fitted.evaluate(Made.items(10, 1, 1, 595, 1))).isInstanceOf(FitException.class);
        assertThatThrownBy(() -> fitted.evaluate(Made.items(10, 1, 1, 1399, 1)))
                .isInstanceOf(FitException.class)
                .hasMessageContaining("1 are");
    }

    @Test
    void fit_trainingItems_areRefused() {
        List<String> trained = fit.samples().hashes().subList(7, 9);
        assertThatThrownBy(() -> detector("lcr").fit(fit, threshold, Discipline.heldOutFrom(trained)))
                .isInstanceOf(FitException.class)
                .hasMessageContaining("training set")
                .hasMessageContaining("the first at 7");
        List<String> trainedToo = threshold.samples().hashes().subList(3, 4);
        assertThatThrownBy(() -> detector("lcr").fit(fit, threshold, Discipline.heldOutFrom(trainedToo)))
                .isInstanceOf(FitException.class)
                .hasMessageContaining("the threshold");
        FittedDetector checked =
                detector("lcr").fit(fit, threshold, Discipline.heldOutFrom(List.of("another", "content")));
        assertThat(checked.discipline()).contains("checked against 2 training items");
    }

    @Test
    void fit_onTrainingSet_saysSoEverywhere() {
        FittedDetector fitted = detector("lcr").fit(fit, threshold, Discipline.fittedOnTrainingSet());
        String mark = "fitted on the classifier's training set";
        assertThat(fitted.provenance().entries().get("discipline")).contains(mark);
        assertThat(fitted.toString()).contains(mark);
        assertThat(fitted.judge(evaluation.samples()).toString()).contains(mark);
        assertThat(fitted.evaluate(evaluation).discipline()).contains(mark);
    }

    @Test
    void fit_oneClassOnly_isRefused() {
        int[] right = java.util.stream.IntStream.range(0, fit.size())
                .filter(i -> !fit.wrong()[i])
                .toArray();
        assertThatThrownBy(() -> detector("conductance").fit(fit.select(right), threshold, Discipline.unchecked()))
                .isInstanceOf(FitException.class)
                .hasMessageContaining("fitting")
                .hasMessageContaining(" 0 wrong");
        assertThatThrownBy(() -> detector("lcr").fit(threshold, fit.select(right), Discipline.unchecked()))
                .isInstanceOf(FitException.class)
                .hasMessageContaining("the threshold");
    }

    @Test
    void score_missingFeatures_costOnlyTheirItems() {
        FittedDetector fitted = detector("conductance+lcr").fit(fit, threshold, Discipline.unchecked());
        double[] before = fitted.score(evaluation.samples());
        Samples holes = evaluation
                .samples()
                .select(java.util.stream.IntStream.range(0, 400).toArray());
        holes.conductance()[3] = new double[] {0, 0, Double.NaN, 0, 0, 0};
        holes.labelChangeRate()[5] = Double.NaN;
        holes.predictions()[7] = -1;
        holes.conductance()[9] = new double[6];
        List<Status> status = new ArrayList<>(holes.status());
        status.set(7, Status.nonFinite("logits"));
        status.set(9, Status.zeroGradient("zero everywhere"));
        Judgement judged = fitted.judge(Made.with(holes, "model-1", status, holes.provenance()));
        for (int i : new int[] {3, 5, 7}) {
            assertThat(judged.values()[i]).isNaN();
            assertThat(judged.flagged()[i]).isTrue();
            assertThat(judged.status().get(i).isOk()).isFalse();
            judged.values()[i] = before[i];
        }
        assertThat(judged.status().get(3).kind()).isEqualTo(Status.Kind.UNDEFINED);
        assertThat(judged.status().get(7).kind()).isEqualTo(Status.Kind.NON_FINITE);
        assertThat(judged.values()[9]).isBetween(0.0, 1.0);
        assertThat(judged.status().get(9).kind()).isEqualTo(Status.Kind.ZERO_GRADIENT);
        judged.values()[9] = before[9];
        assertThat(judged.values()).isEqualTo(before);
    }

    @Test
    void fit_nanRows_areLeftOutAndCounted() {
        Labelled holes = Made.items(600, 2.5, 2.5, 0, 1);
        holes.samples().labelChangeRate()[2] = Double.NaN;
        holes.samples().labelChangeRate()[4] = Double.NaN;
        FittedDetector fitted = detector("lcr").fit(holes, threshold, Discipline.unchecked());
        assertThat(fitted.provenance().entries().get("fit")).endsWith("2 left out");
    }

    @Test
    void score_anotherModelOrReading_isRefused() {
        FittedDetector fitted = detector("conductance").fit(fit, threshold, Discipline.unchecked());
        Samples s = evaluation.samples();
        assertThatThrownBy(() -> fitted.score(Made.with(s, "model-2", s.status(), s.provenance())))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("model-1")
                .hasMessageContaining("model-2");
        assertThatThrownBy(() -> fitted.score(
                        Made.with(s, "model-1", s.status(), s.provenance().with("layer", "relu2"))))
                .isInstanceOf(FitException.class)
                .hasMessageContaining("relu2");
        assertThatThrownBy(() -> detector("lcr")
                        .fit(
                                fit,
                                new Labelled(
                                        Made.with(
                                                threshold.samples(),
                                                "model-1",
                                                threshold.samples().status(),
                                                threshold.samples().provenance().with("mutants", "others")),
                                        threshold.labels()),
                                Discipline.unchecked()))
                .isInstanceOf(FitException.class);
    }

    @Test
    void crossFitted_memorisedRows_areNotBelieved() {
        // Labels are noise, so whoever has not seen a row cannot know it; a forest knows the rows it saw by heart.
        Labelled noise = Made.items(300, 0, 0, 0, 8);
        WrongPredictionDetector d =
                detector("conductance+lcr").withModels(new RandomForest(30, 20), LogisticRegression.DEFAULT);
        double[][] rows = noise.samples().conductance();
        double[] honest = d.crossFitted(noise.samples().hashes(), rows, noise.wrong());
        double[] memory = new RandomForest(30, 20).fit(rows, noise.wrong(), 0).probabilities(rows);
        assertThat(auroc(memory, noise.wrong())).isGreaterThan(0.95);
        assertThat(auroc(honest, noise.wrong())).isBetween(0.35, 0.65);
        // So the second model trusts the first one less when it is cross-fitted.
        double trusting = weight(d.withFolds(0), noise);
        double wary = weight(d, noise);
        assertThat(trusting).isGreaterThan(5);
        assertThat(Math.abs(wary)).isLessThan(trusting / 3);
    }

    private double weight(WrongPredictionDetector d, Labelled items) {
        FittedDetector fitted = d.fit(items, threshold, Discipline.unchecked());
        return ((LinearModel) fitted.pipeline().second()).weights()[0];
    }

    private static double auroc(double[] scores, boolean[] wrong) {
        return dev.qualm.metric.Auroc.of(dev.qualm.metric.Ranking.of(scores, wrong))
                .value();
    }

    @Test
    void folds_equalContents_shareOneFold() {
        List<String> hashes = new ArrayList<>();
        boolean[] wrong = new boolean[60];
        for (int i = 0; i < 60; i++) {
            hashes.add("content " + i / 2);
            wrong[i] = i / 2 % 3 == 0;
        }
        int[] fold = detector("conductance+lcr").folds(hashes, wrong);
        for (int i = 0; i < 60; i += 2) {
            assertThat(fold[i]).isEqualTo(fold[i + 1]);
        }
        for (int f = 0; f < 5; f++) {
            int number = f;
            assertThat(java.util.stream.IntStream.range(0, 60)
                            .filter(i -> fold[i] == number && wrong[i])
                            .count())
                    .isEqualTo(4);
        }
        assertThatThrownBy(() -> detector("conductance+lcr").folds(List.of("a", "b"), new boolean[] {true, false}))
                .isInstanceOf(FitException.class);
    }

    @Test
    void splits_equalContents_stayTogether() {
        List<String> hashes = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            hashes.add("content " + i % 150);
        }
        Splits splits = Splits.of(hashes, 0.5, 0.3, 4);
        Set<String> seen = new HashSet<>();
        int total = 0;
        for (int[] part : new int[][] {splits.fit(), splits.threshold(), splits.evaluation()}) {
            Set<String> own = new HashSet<>();
            Arrays.stream(part).forEach(i -> own.add(hashes.get(i)));
            assertThat(own.stream().noneMatch(seen::contains)).isTrue();
            seen.addAll(own);
            total += part.length;
        }
        assertThat(total).isEqualTo(300);
        assertThat(splits.fit().length).isBetween(148, 152);
        assertThat(splits.threshold().length).isBetween(88, 92);
        assertThat(Splits.of(hashes, 0.5, 0.3, 4).fit()).isEqualTo(splits.fit());
        assertThat(Splits.of(hashes, 0.5, 0.3, 5).fit()).isNotEqualTo(splits.fit());
        assertThatThrownBy(() -> Splits.of(hashes, 0.8, 0.3, 0)).isInstanceOf(FitException.class);
    }

    @Test
    void parse_features_readsWhatFormatWrites() {
        assertThat(Feature.parse("LCR + conductance")).containsExactly(Feature.CONDUCTANCE, Feature.LCR);
        assertThat(Feature.format(Feature.parse("margin+msp"))).isEqualTo("msp+margin");
        assertThatThrownBy(() -> Feature.parse("conductance+luck"))
                .isInstanceOf(FitException.class)
                .hasMessageContaining("luck")
                .hasMessageContaining("lcr");
        assertThatThrownBy(() -> Feature.parse("")).isInstanceOf(FitException.class);
    }

    @Test
    void reference_settings_areThePublishedOnes() {
        WrongPredictionDetector published = WrongPredictionDetector.reference("conductance+lcr");
        assertThat(published.first()).isEqualTo(ConductanceMlp.cifar10());
        assertThat(published.second()).isEqualTo(CombinedMlp.cifar10());
        assertThat(published.folds()).isZero();
    }

    @Test
    void fit_thePublishedCombinationOnFewRows_saysThatItIsWorseThanChance() {
        // 18 steps of Adam do not move it away from where it starts; with 20 times as many it learns.
        WrongPredictionDetector short18 = detector("conductance+lcr")
                .withModels(SMALL, CombinedMlp.cifar10())
                .withFolds(0);
        FittedDetector fitted = short18.fit(fit, threshold, Discipline.fittedOnTrainingSet());
        assertThat(fitted.auroc().value()).isLessThan(0.5);
        assertThat(fitted.toString()).contains("worse than chance");
        FittedDetector longer = short18.withModels(SMALL, new CombinedMlp(10, 0.5, 1e-3, 100, 60))
                .fit(fit, threshold, Discipline.fittedOnTrainingSet());
        assertThat(longer.evaluate(evaluation).auroc().value()).isGreaterThan(0.9);
        assertThat(longer.toString()).doesNotContain("worse than chance");
        assertThat(longer.judge(evaluation.samples()).passes()).isEqualTo(26);
    }
}
