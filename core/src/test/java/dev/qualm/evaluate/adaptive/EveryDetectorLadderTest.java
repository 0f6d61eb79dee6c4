package dev.qualm.evaluate.adaptive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.attack.Ball;
import dev.qualm.attack.Box;
import dev.qualm.attack.Budget;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.detect.LcrScore;
import dev.qualm.detect.Score;
import dev.qualm.detect.Scorer;
import dev.qualm.detect.Scores;
import dev.qualm.detect.fitted.Detector;
import dev.qualm.detect.fitted.DetectorFit;
import dev.qualm.detect.fitted.Detectors;
import dev.qualm.mutation.MutantSearch;
import dev.qualm.mutation.Mutations;
import dev.qualm.network.Network;
import dev.qualm.network.TestNetworks;
import dev.qualm.network.engine.Precision;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rung against every detector there is, on a small network with as little of everything as there can be. */
class EveryDetectorLadderTest {
    private static final Network NETWORK = Network.of(TestNetworks.residual(1), Precision.FLOAT64);

    private static final Map<String, String> SMALL = Map.of("lcr", ":mutants=4:ratio=0.5", "neco", ":dimensions=3");

    private static Dataset images(int n, long seed) {
        Dataset data = Dataset.of(TestNetworks.images(n, seed), Layout.NCHW, null);
        int[] predicted =
                new Scorer(NETWORK, Scores.of(List.of("msp")), 1).score(data).predictions();
        return Dataset.of(data.all(), Layout.NCHW, predicted);
    }

    static Stream<Score> scores() {
        List<Detector> all = Detectors.names().stream()
                .map(n -> Detectors.parse(n + SMALL.getOrDefault(n, "")))
                .toList();
        Dataset training = images(120, 1);
        int[] labels = training.labels().clone();
        labels[0] = labels[0] == 0 ? 1 : 0; // one wrong prediction, which some methods learn from
        Dataset mixed = Dataset.of(training.all(), Layout.NCHW, labels);
        MutantSearch search = MutantSearch.of(Mutations.of("gaussian-fuzz"), 4);
        return Stream.concat(
                DetectorFit.fit(NETWORK, mixed, true, all, 1, done -> {}).scores().stream()
                        .map(Score.class::cast),
                Stream.concat(
                        Scores.of(List.of("gga-row", "grad-l2")).stream(),
                        Stream.of(LcrScore.of(search.run(NETWORK, images(30, 2))))));
    }

    @AfterAll
    static void close() {
        NETWORK.close();
    }

    @ParameterizedTest
    @MethodSource("scores")
    void run_everyDetector_everyRungAppliesOrSaysWhy(Score score) {
        LadderSettings least = LadderSettings.of(1)
                .with(new LadderSettings.Search(1, 1, 1, 1, 1))
                .withQueries(10, 1)
                .withDraws(1, 1);
        Dataset one = images(1, 3);
        double own = new Scorer(NETWORK, List.of(score), 1).score(one).values()[0][0];
        // Above the item's own score, so that it is attacked.
        Defence defence = new Defence(NETWORK, score, own + 1e-6);
        LadderResult result = new Ladder(defence, new Budget(Ball.LINF, 0.3), Box.of(-9, 9), least)
                .run(one.all(), one.labels(), images(2, 4).all());
        assertThat(result.items()).isEqualTo(1);
        assertThat(result.rungs())
                .extracting(LadderRung::name)
                .containsExactly(
                        "noise",
                        "oblivious",
                        "transfer",
                        "joint",
                        "selective",
                        "orthogonal",
                        "verdict-query",
                        "eot",
                        "bpda");
        boolean draws = score.name().startsWith("lcr") || score.name().equals("lsa");
        for (LadderRung rung : result.rungs()) {
            boolean optional = rung.name().equals("bpda") || (rung.name().equals("eot") && !draws);
            assertThat(rung.note()).isNotBlank();
            assertThat(rung.outside()).as(rung.name()).isZero();
            assertThat(rung.items()).isEqualTo(rung.applies() ? 1 : 0);
            assertThat(rung.applies() || optional).as(rung.name()).isTrue();
        }
        if (score.name().startsWith("lcr")) {
            assertThat(result.rung("bpda").note()).contains("soft label changes under the score's 4 mutants");
            assertThat(result.rung("eot").note()).contains("mutants of the attacker's seed");
        }
    }
}
