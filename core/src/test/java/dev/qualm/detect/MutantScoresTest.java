package dev.qualm.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.array.Array;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.detect.wrong.Discipline;
import dev.qualm.detect.wrong.FitException;
import dev.qualm.detect.wrong.FittedDetector;
import dev.qualm.detect.wrong.Labelled;
import dev.qualm.detect.wrong.LogisticRegression;
import dev.qualm.detect.wrong.SampleReader;
import dev.qualm.detect.wrong.Samples;
import dev.qualm.detect.wrong.WrongPredictionDetector;
import dev.qualm.detect.wrong.WrongPredictionScore;
import dev.qualm.mutation.AcceptanceRule;
import dev.qualm.mutation.LabelChangeRate;
import dev.qualm.mutation.LcrCurtailment;
import dev.qualm.mutation.MutantPool;
import dev.qualm.mutation.MutantSearch;
import dev.qualm.mutation.Mutations;
import dev.qualm.mutation.SequentialTest;
import dev.qualm.network.Network;
import dev.qualm.network.TestNetworks;
import dev.qualm.network.engine.Precision;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Scores made of mutants and fitted detectors say in a {@link Scorer} what their methods say alone. */
class MutantScoresTest {
    private static final int N = 60;

    private final Array images = TestNetworks.images(N, 1);

    @Test
    void score_labelChangeRate_equalsTheMethodForAnyThreads() {
        try (Network network = network()) {
            MutantPool pool = pool(network);
            double[] expected =
                    LabelChangeRate.of(pool.mutants()).on(network, images).rates();
            assertThat(Arrays.stream(expected).distinct().count()).isGreaterThan(2);
            for (int threads : new int[] {1, 3}) {
                ScoreTable table = new Scorer(network, List.of(Msp.score(), LcrScore.of(pool)), threads).score(data());
                assertThat(table.of("lcr")).containsExactly(expected);
            }
        }
    }

    @Test
    void score_verdict_isThatOfAllMutantsUnderCurtailment() {
        try (Network network = network()) {
            MutantPool pool = pool(network);
            LcrScore all = LcrScore.of(pool);
            LcrScore early = all.until(new LcrCurtailment(pool.size(), 0.3));
            double[] full = new Scorer(network, List.of(all), 1).score(data()).of("lcr");
            double[] verdict = new Scorer(network, List.of(early, new LcrVerdict(early)), 1)
                    .score(data())
                    .of("lcr-verdict");
            for (int i = 0; i < N; i++) {
                assertThat(verdict[i]).isEqualTo(full[i] > 0.3 ? 1 : 0);
            }
        }
    }

    @Test
    void score_sequentialTestThatRunsOut_takesItsStatedSide() {
        try (Network network = network()) {
            LcrScore early = LcrScore.of(pool(network))
                    .until(SequentialTest.of(0.3)
                            .withDelta(0.01)
                            .withCap(5)
                            .withUndecided(SequentialTest.Undecided.ABOVE));
            double[] verdict = new Scorer(network, List.of(new LcrVerdict(early)), 1)
                    .score(data())
                    .of("lcr-verdict");
            assertThat(verdict).containsOnly(1);
        }
    }

    @Test
    void score_fittedDetector_equalsTheDetectorOnItsSamples() {
        try (Network network = network();
                SampleReader reader = SampleReader.of(network)) {
            MutantPool pool = pool(network);
            LcrScore lcr = LcrScore.of(pool);
            FittedDetector detector = fit(network, reader, pool);
            Samples samples = reader.read(images)
                    .withLabelChangeRate(
                            LabelChangeRate.of(pool.mutants())
                                    .on(network, images)
                                    .rates(),
                            pool.size(),
                            pool.provenance());
            double[] expected = detector.score(samples);
            assertThat(Arrays.stream(expected).distinct().count()).isGreaterThan(N / 2);
            try (WrongPredictionScore score = WrongPredictionScore.of(detector, network, lcr)) {
                ScoreTable table = new Scorer(network, List.of(lcr, score), 2).score(data());
                double[] found = table.of("conductance+lcr");
                for (int i = 0; i < N; i++) {
                    assertThat(found[i]).isCloseTo(expected[i], org.assertj.core.api.Assertions.within(1e-9));
                }
                assertThat(score.passes(5)).isGreaterThan(pool.size());
            }
            assertThatThrownBy(() -> WrongPredictionScore.of(detector, network, null))
                    .isInstanceOf(FitException.class)
                    .hasMessageContaining("qualm mutants");
        }
    }

    @Test
    void passes_detectorWithoutConductance_areThoseOfThePrediction() {
        try (Network network = network();
                SampleReader reader = SampleReader.withoutConductance(network)) {
            MutantPool pool = pool(network);
            FittedDetector detector = WrongPredictionDetector.of("msp+margin")
                    .fit(
                            labelled(network, reader, pool, 120, 7),
                            labelled(network, reader, pool, 80, 8),
                            Discipline.unchecked());
            try (WrongPredictionScore score = WrongPredictionScore.of(detector, network, null)) {
                assertThat(score.passes(5)).isNaN();
                new Scorer(network, List.of(score), 1).score(data());
                assertThat(score.passes(5)).isEqualTo(1);
            }
        }
    }

    private static FittedDetector fit(Network network, SampleReader reader, MutantPool pool) {
        return WrongPredictionDetector.of("conductance+lcr")
                .withModels(LogisticRegression.DEFAULT, LogisticRegression.DEFAULT)
                .fit(
                        labelled(network, reader, pool, 120, 7),
                        labelled(network, reader, pool, 80, 8),
                        Discipline.unchecked());
    }

    private static Labelled labelled(Network network, SampleReader reader, MutantPool pool, int n, long seed) {
        Array x = TestNetworks.images(n, seed);
        Samples samples = reader.read(x)
                .withLabelChangeRate(
                        LabelChangeRate.of(pool.mutants()).on(network, x).rates(), pool.size(), pool.provenance());
        int[] labels = samples.predictions().clone();
        for (int i = 0; i < n; i += 3) {
            labels[i] = (labels[i] + 1) % 5;
        }
        return new Labelled(samples, labels);
    }

    private static Network network() {
        return Network.of(TestNetworks.residual(1), Precision.FLOAT64);
    }

    private Dataset data() {
        return Dataset.of(images, Layout.NCHW, null);
    }

    private static MutantPool pool(Network network) {
        Array x = TestNetworks.images(40, 3);
        int[] labels = new int[40];
        return MutantSearch.of(Mutations.of("neuron-activation-inverse"), 12)
                .withRule(AcceptanceRule.strict().withRatio(0.01))
                .withCap(2000)
                .withMutations(List.of(Mutations.of("gaussian-fuzz"), Mutations.of("weight-shuffle")))
                .run(network, Dataset.of(x, Layout.NCHW, predicted(network, x, labels)));
    }

    private static int[] predicted(Network network, Array x, int[] labels) {
        Array logits = network.logits(x);
        for (int i = 0; i < labels.length; i++) {
            double[] row = new double[5];
            for (int k = 0; k < 5; k++) {
                row[k] = logits.get(i * 5 + k);
            }
            labels[i] = Softmax.argmax(row);
        }
        return labels;
    }
}
