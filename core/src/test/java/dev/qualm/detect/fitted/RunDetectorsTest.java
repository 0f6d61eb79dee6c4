package dev.qualm.detect.fitted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.attribution.LayerConductance;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.detect.ScoreTable;
import dev.qualm.detect.Scorer;
import dev.qualm.detect.Scores;
import dev.qualm.mutation.AcceptanceRule;
import dev.qualm.mutation.LabelChangeRate;
import dev.qualm.mutation.MutantPool;
import dev.qualm.mutation.MutantSearch;
import dev.qualm.mutation.Mutations;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.TestNetworks;
import dev.qualm.network.engine.Precision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Detectors of gradients, conductance and mutants say what the methods themselves say. */
class RunDetectorsTest {
    private static final Network NETWORK = Network.of(TestNetworks.residual(1), Precision.FLOAT64);
    private static final Dataset FIT = images(60, 1);
    private static final Dataset OTHERS = images(9, 2);

    private static Dataset images(int n, long seed) {
        return Dataset.of(TestNetworks.images(n, seed), Layout.NCHW, null);
    }

    @AfterAll
    static void close() {
        NETWORK.close();
    }

    private static FittedDetectors fit(String... texts) {
        List<Detector> detectors = Arrays.stream(texts).map(Detectors::parse).toList();
        return DetectorFit.fit(NETWORK, FIT, false, detectors, 2, done -> {});
    }

    private static ScoreTable score(FittedDetectors fitted, Dataset data) {
        return new Scorer(NETWORK, List.copyOf(fitted.scores()), 1).score(data);
    }

    @Test
    void ggaAndGradientMetrics_everyStatistic_equalTheScoresWithoutFit() {
        List<String> texts = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (String s : List.of("row", "rest", "mean", "std")) {
            texts.add("gga:statistic=" + s);
            names.add("gga-" + s);
        }
        for (String s : List.of("max", "min", "mean", "std", "l1", "l2")) {
            texts.add("gradient-metrics:metric=" + s);
            names.add("grad-" + s);
        }
        ScoreTable found = score(fit(texts.toArray(String[]::new)), OTHERS);
        ScoreTable expected = new Scorer(NETWORK, Scores.of(names), 1).score(OTHERS);
        for (int s = 0; s < names.size(); s++) {
            double[] ours = found.values()[s];
            double[] theirs = expected.of(names.get(s));
            for (int i = 0; i < ours.length; i++) {
                assertThat(ours[i]).as(names.get(s)).isCloseTo(theirs[i], within(1e-10 * (1 + Math.abs(theirs[i]))));
            }
        }
    }

    @Test
    void gga_fewClasses_comparesTheMostLikelyOnes() {
        ScoreTable found = score(fit("gga:top=3", "gga:top=5", "gga"), OTHERS);
        assertThat(found.values()[1]).containsExactly(found.values()[2]);
        assertThat(found.values()[0]).isNotEqualTo(found.values()[2]);
        assertThat(fit("gga:top=3").scores().get(0).passes(5)).isEqualTo(4);
        assertThat(Detectors.parse("gga").passes(1000)).isEqualTo(11);
        assertThatThrownBy(() -> Detectors.parse("gga:top=2"))
                .isInstanceOf(DetectorException.class)
                .hasMessageContaining("at least 3");
    }

    @Test
    void gga_twoClasses_isRefused() {
        var graph = NetworkBuilder.input("x", 4).seed(1).linear("fc", 2).build();
        Dataset data = Dataset.of(Array.of(new double[] {1, 2, 3, 4}, 1, 4), Layout.NCHW, null);
        try (Network network = Network.of(graph, Precision.FLOAT64)) {
            assertThatThrownBy(
                            () -> DetectorFit.fit(network, data, false, List.of(Detectors.parse("gga")), 1, done -> {}))
                    .isInstanceOf(DetectorException.class)
                    .hasMessageContaining("2 classes");
        }
    }

    /** From the method in ten steps, whose means by predicted class are taken here. */
    @Test
    void conductance_lastLayer_isTheDistanceFromTheClassMean() {
        String layer = NETWORK.structure()
                .activations()
                .get(NETWORK.structure().activations().size() - 1);
        LayerConductance.Result trusted = LayerConductance.reference().of(layer).of(NETWORK, FIT.all());
        LayerConductance.Result others = LayerConductance.reference().of(layer).of(NETWORK, OTHERS.all());
        double[][] rows = Readings.rows(trusted.layers().get(layer));
        double[][] asked = Readings.rows(others.layers().get(layer));
        ScoreTable found = score(fit("conductance:steps=10", "conductance:steps=10:distance=euclidean"), OTHERS);
        for (int i = 0; i < asked.length; i++) {
            double[] mean = new double[rows[0].length];
            int n = 0;
            for (int j = 0; j < rows.length; j++) {
                if (trusted.classes()[j] == others.classes()[i]) {
                    n++;
                    for (int k = 0; k < mean.length; k++) {
                        mean[k] += rows[j][k];
                    }
                }
            }
            double dot = 0;
            double a = 0;
            double b = 0;
            double distance = 0;
            for (int k = 0; k < mean.length; k++) {
                mean[k] /= n;
                dot += mean[k] * asked[i][k];
                a += mean[k] * mean[k];
                b += asked[i][k] * asked[i][k];
                distance += (mean[k] - asked[i][k]) * (mean[k] - asked[i][k]);
            }
            if (n > 0) {
                assertThat(found.values()[0][i]).isCloseTo(1 - dot / Math.sqrt(a * b), within(1e-9));
                assertThat(found.values()[1][i]).isCloseTo(Math.sqrt(distance), within(1e-9));
            } else {
                assertThat(found.values()[0][i]).isNaN();
            }
        }
        assertThat(Arrays.stream(found.values()[0])).anyMatch(Double::isFinite);
    }

    /** The pool that the method itself makes of the same items, in any order. */
    @Test
    void lcr_scores_areTheRatesOfTheAcceptedMutants() {
        int[] predicted = predictions(FIT.all());
        MutantPool pool = MutantSearch.of(Mutations.of("gaussian-fuzz"), 9)
                .withSeed(4)
                .withRule(AcceptanceRule.strict().withRatio(0.8))
                .withCap(900)
                .run(NETWORK, Dataset.of(FIT.all(), Layout.NCHW, predicted));
        double[] expected =
                LabelChangeRate.of(pool.mutants()).on(NETWORK, OTHERS.all()).rates();
        FittedDetectors fitted = fit("lcr:operator=gaussian-fuzz:mutants=9:seed=4:ratio=0.8");
        assertThat(score(fitted, OTHERS).values()[0]).containsExactly(expected);
        assertThat(fitted.scores().get(0).learnt().vector("mutants", 9))
                .containsExactly(pool.mutants().stream()
                        .mapToDouble(dev.qualm.mutation.Mutant::index)
                        .toArray());
    }

    private static int[] predictions(Array x) {
        double[][] z = Readings.rows(NETWORK.logits(x));
        return Arrays.stream(z).mapToInt(dev.qualm.detect.Softmax::argmax).toArray();
    }

    @Test
    void lcr_threshold_sameSideOfItAsAllMutants(@TempDir Path folder) {
        FittedDetectors fitted = fit(
                "lcr:operator=gaussian-fuzz:mutants=9:ratio=0.5:rate=0.3",
                "lcr:operator=gaussian-fuzz:mutants=9:ratio=0.5:rate=0.3:threshold=0.25");
        ScoreTable found = score(fitted, FIT);
        assertThat(Arrays.stream(found.values()[0]).boxed())
                .anyMatch(v -> v > 0.25)
                .anyMatch(v -> v <= 0.25);
        for (int i = 0; i < found.size(); i++) {
            assertThat(found.values()[1][i] > 0.25).isEqualTo(found.values()[0][i] > 0.25);
        }
        Path file = folder.resolve("lcr.qualm");
        fitted.save(file);
        assertThat(score(FittedDetectors.load(file, NETWORK), OTHERS).values())
                .isDeepEqualTo(score(fitted, OTHERS).values());
    }

    @Test
    void lcr_withoutNetworkOrTooStrict_isRefused() {
        Detector lcr = Detectors.parse("lcr");
        DetectorFit fit = new DetectorFit(List.of(lcr), Site.of(NETWORK, 5));
        fit.add(DetectorFit.read(NETWORK, FIT.all(), null, List.of(lcr)));
        assertThatThrownBy(fit::finish)
                .isInstanceOf(DetectorException.class)
                .hasMessageContaining("a network to change");
        assertThatThrownBy(() -> fit("lcr:operator=gaussian-fuzz:rate=1:ratio=1:mutants=2"))
                .isInstanceOf(DetectorException.class)
                .hasMessageContaining("lcr")
                .hasMessageContaining("ower the ratio");
        for (String bad : List.of("lcr:operator=none", "lcr:mutants=0", "lcr:threshold=1", "lcr:rate=2")) {
            assertThatThrownBy(() -> Detectors.parse(bad))
                    .isInstanceOf(DetectorException.class)
                    .hasMessageContaining("xpected");
        }
    }

    @Test
    void parse_tensorNameWithColons_isKept() {
        Detector lid = Detectors.parse("lid:of=dense/BiasAdd:0:k=7");
        assertThat(Detectors.text(lid)).isEqualTo("lid:of=dense/BiasAdd:0:k=7");
        assertThat(Detectors.parse(Detectors.text(lid))).isEqualTo(lid);
    }
}
