package dev.qualm.evaluate.adaptive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.detect.CosineMapScore;
import dev.qualm.detect.Evidence;
import dev.qualm.detect.GradNormScore;
import dev.qualm.detect.LcrScore;
import dev.qualm.detect.Score;
import dev.qualm.detect.Scores;
import dev.qualm.detect.fitted.DetectorScore;
import dev.qualm.detect.fitted.Detectors;
import dev.qualm.detect.fitted.Judge;
import dev.qualm.detect.fitted.Reads;
import dev.qualm.gradient.ChannelReduction;
import dev.qualm.gradient.ClassSelection;
import dev.qualm.gradient.CosineSimilarityMaps;
import dev.qualm.gradient.MapFeatures;
import dev.qualm.mutation.Mutant;
import dev.qualm.mutation.MutantSearch;
import dev.qualm.mutation.Mutations;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.TestNetworks;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients of scores against differences of the scores through the whole network. */
class ScoreGradientTest {
    private static final Network NETWORK = Bent.network();
    private static final Array ITEMS = Bent.items(4, 2);

    static Stream<String> rowDetectors() {
        Set<Reads> rows = Set.of(Reads.LOGITS, Reads.FEATURES, Reads.HEAD_WEIGHTS, Reads.LABELS);
        return Detectors.names().stream()
                .filter(n -> rows.containsAll(Detectors.entry(n).about().reads()))
                .map(ScoreGradientTest::suited);
    }

    /** With parameters that suit nine features and items between -2 and 2. */
    private static String suited(String name) {
        return switch (name) {
            case "squeeze" -> "squeeze:bits=3:median=0:low=-2:high=2";
            case "vim", "residual" -> name + ":leading=4";
            case "neco" -> "neco:dimensions=3";
            default -> name;
        };
    }

    @AfterAll
    static void close() {
        NETWORK.close();
    }

    private static void requireSlope(ScoreGradient gradient, ToDoubleFunction<Array> oracle, double relative) {
        double[] found = gradient.at(ITEMS);
        for (int i = 0; i < ITEMS.dim(0); i++) {
            double[] own = Arrays.copyOfRange(found, i * Bent.WIDTH, (i + 1) * Bent.WIDTH);
            double[] expected = Bent.differences(oracle, ITEMS.slice(i, i + 1));
            double scale = Math.max(1e-6, Vectors.norm(expected));
            assertThat(own).as(gradient.method()).containsExactly(expected, within(relative * scale));
        }
    }

    private static ToDoubleFunction<Array> values(Score score) {
        Defence defence = new Defence(NETWORK, score, 0);
        return x -> defence.ask(x).scores()[0];
    }

    @ParameterizedTest
    @MethodSource("rowDetectors")
    void direct_everyDetectorOfRows_isTheScoresGradient(String text) {
        DetectorScore score = Bent.fitted(NETWORK, text);
        ScoreGradients found = KnownGradients.find(Bent.ladder(NETWORK, score));

        assertThat(found.direct()).isInstanceOf(RowGradient.class);
        assertThat(found.surrogate()).isNull();
        requireSlope(found.direct(), values(score), 2e-4);
    }

    @Test
    void rowDetectors_registry_areMost() {
        assertThat(rowDetectors()).hasSizeGreaterThanOrEqualTo(33);
    }

    @Test
    void direct_plainScores_areTheirGradients() {
        for (Score score : Scores.of(List.of("logits"))) {
            requireSlope(KnownGradients.find(Bent.ladder(NETWORK, score)).direct(), values(score), 2e-4);
        }
        Score head = new GradNormScore();
        requireSlope(KnownGradients.find(Bent.ladder(NETWORK, head)).direct(), values(head), 2e-4);
    }

    /** A 1x1 convolution before the mean over positions reads the same features as after it. */
    @Test
    void direct_headThatIsAveraged_gradientOfItsTwin() {
        Graph before = NetworkBuilder.input("x", 3, 8, 8)
                .seed(3)
                .conv("conv", 4, 3, 1, 1)
                .relu("relu")
                .conv("head", 5, 1, 1, 0)
                .globalAveragePool("gap")
                .flatten("logits")
                .build();
        Graph after = NetworkBuilder.input("x", 3, 8, 8)
                .conv("conv", 4, 3, 1, 1)
                .relu("relu")
                .globalAveragePool("gap")
                .conv("head", 5, 1, 1, 0)
                .flatten("logits")
                .build()
                .withInitializers(before.initializers());
        RowScore product = new RowScore(true, (z, f) -> {
            double[] out = new double[z.length];
            Arrays.setAll(out, i -> z[i][1] * f[i][0] + f[i][2] * f[i][2]);
            return out;
        });
        Array items = TestNetworks.images(3, 4);
        try (Network network = Network.of(before, Precision.FLOAT64);
                Network twin = Network.of(after, Precision.FLOAT64)) {
            double[] expected = new RowGradient(twin, product, 3).at(items);
            assertThat(Vectors.norm(expected)).isPositive();
            assertThat(new RowGradient(network, product, 3).at(items)).containsExactly(expected, within(1e-9));
        }
    }

    /** Directions find a gradient of many features in expectation: within the error of their number. */
    @Test
    void cotangents_moreFeaturesThanExact_pointTheSameWay() {
        double[] h = new double[RowGradient.EXACT + 1];
        Arrays.setAll(h, j -> Math.sin(j));
        RowScore squares = new RowScore(
                true,
                (z, f) -> Arrays.stream(f)
                        .mapToDouble(row -> Arrays.stream(row).map(v -> v * v).sum())
                        .toArray());
        double[][] at = {h};
        double[] found = new RowGradient(NETWORK, squares, 3).cotangents(new double[][] {{0, 1}}, at, true)[0];
        double cosine = 0;
        for (int j = 0; j < h.length; j++) {
            cosine += found[j] * h[j] / (Vectors.norm(found) * Vectors.norm(h));
        }
        // In expectation 1 / sqrt(1 + d / directions) = 0.58.
        assertThat(cosine).isBetween(0.5, 0.66);
    }

    @Test
    void odin_direct_isTheScoresGradient() {
        DetectorScore score = Bent.fitted(NETWORK, "odin:T=2:epsilon=0.05");
        ScoreGradients found = KnownGradients.find(Bent.ladder(NETWORK, score));
        assertThat(found.direct()).isInstanceOf(OdinGradient.class);
        requireSlope(found.direct(), values(score), 1e-4);
    }

    @Test
    void probes_noiseHeld_isTheGradientOfTheLayersShifts() {
        DetectorScore score = Bent.fitted(NETWORK, "lsa");
        ProbeGradient found =
                (ProbeGradient) KnownGradients.find(Bent.ladder(NETWORK, score)).direct();
        Array item = ITEMS.slice(0, 1);
        List<Array> noisy = changed(score.judge(), item);
        double[] gradient = found.at(item);
        double[] expected = Bent.differences(
                x -> {
                    double sum = 0;
                    for (Array moved : noisy) {
                        double[] y = moved.toDoubles().clone();
                        for (int j = 0; j < y.length; j++) {
                            y[j] += x.get(j) - item.get(j);
                        }
                        sum += shifts(x, Array.of(y, item.shape()));
                    }
                    return sum;
                },
                item);
        assertThat(gradient).containsExactly(expected, within(1e-5 * Vectors.norm(expected)));
    }

    private static double shifts(Array x, Array y) {
        double sum = 0;
        List<String> layers = new ArrayList<>(NETWORK.structure().activations());
        layers.add(NETWORK.structure().logits());
        Map<String, Array> a = NETWORK.run(x, layers);
        Map<String, Array> b = NETWORK.run(y, layers);
        for (String layer : layers) {
            double[] u = Objects.requireNonNull(a.get(layer)).toDoubles();
            sum += Vectors.norm(
                            Vectors.minus(Objects.requireNonNull(b.get(layer)).toDoubles(), 1, u))
                    / Vectors.norm(u);
        }
        return sum;
    }

    private static List<Array> changed(Judge judge, Array item) {
        try (Evidence evidence = new Defence(NETWORK, dev.qualm.detect.Msp.score(), 0).evidence(item)) {
            return ((Judge.OfInput) judge).changed(evidence);
        }
    }

    @Test
    void cosineMaps_surrogate_isTheGradientOfTheMapsWithoutSigns() {
        CosineSimilarityMaps plain = new CosineSimilarityMaps(false, true, ChannelReduction.NONE, ClassSelection.all());
        for (Score score : Scores.of(List.of("gga"))) {
            CosineMapScore of = (CosineMapScore) score;
            int column = MapFeatures.names().indexOf(of.feature());
            ScoreGradient found = Objects.requireNonNull(
                    KnownGradients.find(Bent.ladder(NETWORK, of)).surrogate());
            requireSlope(
                    found,
                    x -> {
                        CosineSimilarityMaps.Maps maps =
                                plain.of(NETWORK, Map.of(NETWORK.input().name(), x));
                        return of.sign() * MapFeatures.summary(maps.maps()[0], maps.predictedIndex(0))[column];
                    },
                    1e-4);
        }
    }

    private static LcrScore lcr() {
        Array inputs = Bent.items(60, 9);
        int[] labels = new int[60];
        double[][] z = Pass.rows(NETWORK.logits(inputs));
        Arrays.setAll(labels, i -> Pass.largest(z[i], -1));
        Dataset data = Dataset.of(inputs, Layout.NCHW, labels);
        return LcrScore.of(MutantSearch.of(Mutations.of("gaussian-fuzz-nmutant"), 5)
                .withSeed(7)
                .run(NETWORK, data));
    }

    @Test
    void mutants_surrogate_isTheGradientOfSoftLabelChanges() {
        LcrScore score = lcr();
        ScoreGradient found = Objects.requireNonNull(
                KnownGradients.find(Bent.ladder(NETWORK, score)).surrogate());
        requireSlope(
                found,
                x -> {
                    int own = Pass.largest(Pass.rows(NETWORK.logits(x))[0], -1);
                    double sum = 0;
                    for (Mutant m : score.rate().mutants()) {
                        try (Network changed = NETWORK.with(m.view())) {
                            double[] f = Pass.rows(changed.logits(x))[0];
                            sum += Math.log1p(Math.exp(f[Pass.largest(f, own)] - f[own]));
                        }
                    }
                    return sum / score.rate().mutants().size();
                },
                1e-5);
    }

    /** The ladder's seed is that of the pool here, and still the attacker draws others. */
    @Test
    void mutants_expected_areNoneOfTheScores() {
        LcrScore score = lcr();
        MutantGradient found = (MutantGradient) Objects.requireNonNull(
                KnownGradients.find(Bent.ladder(NETWORK, score)).expected());
        assertThat(found.mutants()).hasSize(10);
        for (Mutant own : score.rate().mutants()) {
            assertThat(found.mutants()).noneMatch(m -> m.deltas().equals(own.deltas()));
        }
    }

    @Test
    void probes_expected_drawsOtherNoiseThanTheScore() {
        DetectorScore score = Bent.fitted(NETWORK, "lsa");
        ProbeGradient found = (ProbeGradient) Objects.requireNonNull(
                KnownGradients.find(Bent.ladder(NETWORK, score)).expected());
        List<Array> own = changed(score.judge(), ITEMS);
        List<Array> others = changed(found.judge(), ITEMS);
        assertThat(others).hasSize(10).doesNotContainAnyElementsOf(own);
        int taken = KnownGradients.otherSeed(Bent.ladder(NETWORK, score), 0);
        assertThat(KnownGradients.otherSeed(Bent.ladder(NETWORK, score), taken)).isNotEqualTo(taken);
    }

    /** Steps against the stand-in lower what squeezing changes, although its own gradient is that of other functions. */
    @Test
    void squeeze_surrogate_lowersTheScore() {
        DetectorScore score = Bent.fitted(NETWORK, suited("squeeze"));
        ScoreGradient found = Objects.requireNonNull(
                KnownGradients.find(Bent.ladder(NETWORK, score)).surrogate());
        Defence defence = new Defence(NETWORK, score, 0);
        Array x = Bent.items(40, 11);
        double before = Arrays.stream(defence.ask(x).scores()).average().orElseThrow();
        for (int step = 0; step < 20; step++) {
            double[] g = found.at(x);
            double[] to = x.toDoubles().clone();
            for (int i = 0; i < 40; i++) {
                double[] own = Vectors.unit(Arrays.copyOfRange(g, i * Bent.WIDTH, (i + 1) * Bent.WIDTH));
                for (int j = 0; j < Bent.WIDTH; j++) {
                    to[i * Bent.WIDTH + j] -= 0.02 * own[j];
                }
            }
            x = Array.of(to, x.shape());
        }
        double after = Arrays.stream(defence.ask(x).scores()).average().orElseThrow();
        assertThat(after).isLessThan(0.9 * before);
    }

    @Test
    void unknownScore_estimate_pointsTheSameWayWhateverTheCompany() {
        DetectorScore known = Bent.fitted(NETWORK, "energy");
        Score unknown = new Score() {
            @Override
            public String name() {
                return "unknown";
            }

            @Override
            public String question() {
                return "Who knows?";
            }

            @Override
            public Source source() {
                return Source.LOGITS;
            }

            @Override
            public double[] score(Evidence evidence) {
                return known.score(evidence);
            }
        };
        Ladder ladder = Bent.ladder(NETWORK, unknown);
        Ladder many = new Ladder(
                ladder.defence(),
                ladder.budget(),
                ladder.box(),
                LadderSettings.of(7).withDraws(400, 1));
        ScoreGradients found = KnownGradients.find(many);
        double[] estimate = found.direct().at(ITEMS);
        double[] exact =
                KnownGradients.find(Bent.ladder(NETWORK, known)).direct().at(ITEMS);
        for (int i = 0; i < ITEMS.dim(0); i++) {
            double[] a = Arrays.copyOfRange(estimate, i * Bent.WIDTH, (i + 1) * Bent.WIDTH);
            double[] b = Arrays.copyOfRange(exact, i * Bent.WIDTH, (i + 1) * Bent.WIDTH);
            assertThat(Vectors.norm(Vectors.minus(Vectors.unit(a), 1, Vectors.unit(b))))
                    .isLessThan(0.3);
            assertThat(found.direct().at(ITEMS.slice(i, i + 1))).containsExactly(a, within(1e-9));
        }
        assertThat(found.surrogateNote()).contains("LadderSettings");
    }
}
