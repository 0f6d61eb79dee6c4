package dev.qualm.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.QualmException;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.detect.fitted.Detector;
import dev.qualm.detect.fitted.DetectorFit;
import dev.qualm.detect.fitted.DetectorScore;
import dev.qualm.detect.fitted.Detectors;
import dev.qualm.gradient.ClassSelection;
import dev.qualm.gradient.CosineSimilarityMaps;
import dev.qualm.network.Network;
import dev.qualm.network.PassCount;
import dev.qualm.network.TestNetworks;
import dev.qualm.network.engine.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is planned is what runs. */
class PlanTest {
    private static final int CLASSES = 5;
    private static final Network NETWORK = Network.of(TestNetworks.residual(1), Precision.FLOAT64);
    private static List<DetectorScore> fitted = List.of();

    private static Dataset images(int n, long seed) {
        return Dataset.of(TestNetworks.images(n, seed), Layout.NCHW, null);
    }

    /** Written so that few images suffice. */
    private static String text(String name) {
        return switch (name) {
            case "knn" -> "knn:k=5";
            case "nnguide" -> "nnguide:k=5";
            case "neco" -> "neco:dimensions=2";
            case "lcr" -> "lcr:mutants=7:ratio=0.3:operator=gaussian-fuzz:rate=0.2";
            default -> name;
        };
    }

    static Stream<String> names() {
        // These two learn from wrong predictions and need labels.
        return Detectors.names().stream()
                .filter(n -> !n.equals("rel-u") && !n.equals("msp-temperature"))
                .map(PlanTest::text);
    }

    @BeforeAll
    static void fit() {
        List<Detector> all = names().map(Detectors::parse).toList();
        fitted = DetectorFit.fit(NETWORK, images(80, 1), false, all, 1, done -> {})
                .scores();
    }

    @AfterAll
    static void close() {
        NETWORK.close();
    }

    private static DetectorScore detector(String name) {
        return fitted.stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
    }

    /** The difference that twelve more items make: what is done once per network and data set is not part of it. */
    private static double[] counted(Scorer scorer) {
        Dataset many = images(24, 2);
        long[][] found = IntStream.of(12, 24)
                .mapToObj(n -> {
                    scorer.score(many.take(n)); // plans and micro-batches of this size are found once
                    PassCount c = PassCount.of(() -> scorer.score(many.take(n)));
                    return new long[] {c.forwards(), c.sweeps()};
                })
                .toArray(long[][]::new);
        return new double[] {(found[1][0] - found[0][0]) / 12.0, (found[1][1] - found[0][1]) / 12.0};
    }

    private static void requireTrue(Scorer scorer) {
        Plan plan = scorer.plan(CLASSES);
        double[] found = counted(scorer);
        assertThat(found[0]).as("forward passes of\n" + plan).isEqualTo(plan.forwards());
        assertThat(found[1]).as("reverse sweeps of\n" + plan).isEqualTo(plan.sweeps());
    }

    @ParameterizedTest
    @MethodSource("names")
    void plan_oneDetector_isWhatRuns(String name) {
        DetectorScore score = detector(Detectors.text(Detectors.parse(name)));
        Scorer scorer = new Scorer(NETWORK, List.of(score), 1);
        requireTrue(scorer);
        Plan plan = scorer.plan(CLASSES);
        assertThat(plan.refused()).isEmpty();
        assertThat(score.passes(CLASSES)).isEqualTo(plan.passes());
        assertThat(plan.alone(score.name())).isEqualTo(plan.passes());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "knn:k=5,odin",
                "gen,squeeze,mahalanobis,lsa",
                "gga,gradient-metrics",
                "gga,gradient-metrics,knn:k=5,gram,odin,lsa",
                "gga,gga:statistic=std,odin",
                "fdbd,gram,lid",
                "conductance,gga,odin",
                "lcr,gram",
                "lcr,gga,gradient-metrics,conductance,knn:k=5",
            })
    void plan_severalDetectors_isWhatRuns(String names) {
        List<Score> scores = Stream.of(names.split(","))
                .map(n -> n.startsWith("gga:")
                        ? DetectorFit.fit(NETWORK, images(5, 1), false, List.of(Detectors.parse(n)), 1, d -> {})
                                .scores()
                                .get(0)
                        : fitted.stream()
                                .filter(s -> s.name().equals(n) || s.name().startsWith(n + ":"))
                                .findFirst()
                                .orElseThrow())
                .collect(Collectors.toList());
        requireTrue(new Scorer(NETWORK, scores, 1));
    }

    @Test
    void plan_allAtOnce_isWhatRuns() {
        List<Score> all = new ArrayList<>(Scores.all());
        fitted.stream()
                .filter(f -> all.stream().noneMatch(s -> s.name().equals(f.name())))
                .forEach(all::add);
        Scorer scorer = new Scorer(NETWORK, all, 1);
        requireTrue(scorer);
        Plan plan = scorer.plan(CLASSES);
        // Both gga families share one set of maps, both families of gradient metrics one sweep.
        assertThat(plan.parts().stream().filter(p -> p.scores().contains("gga")))
                .singleElement()
                .satisfies(p -> assertThat(p.scores()).contains("gga-row", "gga-std"));
        assertThat(plan.marginal("gga")).isZero();
        assertThat(plan.alone("gga")).isEqualTo(CLASSES);
        assertThat(plan.marginal("odin")).isEqualTo(2);
        assertThat(plan.marginal("msp")).isZero();
        assertThat(plan.bySource().values().stream().mapToDouble(d -> d).sum()).isEqualTo(plan.passes());
    }

    @Test
    void plan_mapsOfFewClasses_isWhatRuns() {
        CosineSimilarityMaps top = CosineSimilarityMaps.defaults().withClasses(ClassSelection.top(3));
        Scorer scorer = new Scorer(NETWORK, Scores.of(List.of("gga", "msp")), 1).withMaps(top);
        requireTrue(scorer);
        assertThat(scorer.plan(CLASSES).passes()).isEqualTo(4);
    }

    @Test
    void toString_plan_namesWorkSharersAndRefusals() {
        Plan plan = Plan.of(
                List.of(
                        Msp.score(),
                        detector("odin"),
                        Scores.of(List.of("gga-row")).get(0)),
                NETWORK,
                2,
                CosineSimilarityMaps.defaults());
        assertThat(plan.scores()).containsExactly("msp");
        assertThat(plan.refused()).containsKeys("odin", "gga-row");
        String text = new Scorer(NETWORK, Scores.of(List.of("gga", "msp")), 1)
                .plan(CLASSES)
                .toString();
        assertThat(text)
                .contains("1  forward pass, for all")
                .contains(
                        "4  cosine similarity maps of all 5 classes (4 back), for gga-row, gga-rest, gga-mean, gga-std")
                .contains("5  together")
                .containsPattern("gga-row +5 +0")
                .containsPattern("msp +1 +0");
        assertThatThrownBy(() -> plan.alone("gen"))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("msp");
    }
}
