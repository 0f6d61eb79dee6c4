package dev.qualm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Accuracy, Brier, negative log likelihood and calibration error. */
class CalibrationTest {
    private static final Map<String, Map<String, double[]>> CASES = Golden.read("calibration.txt.gz");

    @TestFactory
    Stream<DynamicTest> metrics_goldenCase_equal() {
        assertThat(CASES).hasSize(15);
        return CASES.entrySet().stream().map(e -> DynamicTest.dynamicTest(e.getKey(), () -> checkGolden(e.getValue())));
    }

    private static void checkGolden(Map<String, double[]> golden) {
        int[] labels = Golden.labels(golden);
        Array probabilities = Golden.probabilities(golden);
        TopLabel top = TopLabel.of(probabilities, labels);
        CalibrationError width = CalibrationError.of(top);
        CalibrationError left =
                CalibrationError.of(top.confidences(), top.corrects(), 15, Binning.EQUAL_WIDTH_LEFT_CLOSED);
        CalibrationError mass =
                CalibrationError.of(top.confidences(), top.corrects(), 15, Binning.EQUAL_MASS_INPUT_ORDER);
        check(golden, "ece15_width_left_closed", left.value());
        check(golden, "mce15_width_left_closed", left.largest());
        check(golden, "brier_top_label", BrierDecomposition.topLabel(top, 15).brier());
        check(
                golden,
                "brier_multiclass",
                BrierDecomposition.allClasses(probabilities, labels, 15).brier());
        check(golden, "accuracy", top.accuracy().value());
        check(golden, "nll", NegativeLogLikelihood.of(probabilities, labels).value());
        check(
                golden,
                "brier_multiclass",
                Brier.allClasses(probabilities, labels).value());
        check(golden, "brier_top_label", Brier.topLabel(top).value());
        check(golden, "ece15_width_right_closed", width.value());
        check(golden, "mce15_width_right_closed", width.largest());
        check(golden, "ece15_mass_split", mass.value());
    }

    @Test
    void calibrationError_equalMassDistinct_isTheSameUnderBothTieRules() {
        Random random = new Random(51);
        double[] confidence = random.doubles(100).toArray();
        boolean[] correct = marks(random, 100);
        assertThat(CalibrationError.of(confidence, correct, 15, Binning.EQUAL_MASS)
                        .value())
                .isEqualTo(CalibrationError.of(confidence, correct, 15, Binning.EQUAL_MASS_INPUT_ORDER)
                        .value());
    }

    @Test
    void calibrationError_equalMassTied_doesNotDependOnInputOrder() {
        Random random = new Random(52);
        double[] confidence = random.doubles(97).map(u -> Math.ceil(u * 5) / 5).toArray();
        boolean[] correct = marks(random, 97);
        double expected =
                CalibrationError.of(confidence, correct, 10, Binning.EQUAL_MASS).value();
        for (int t = 0; t < 20; t++) {
            for (int i = 96; i > 0; i--) {
                int j = random.nextInt(i + 1);
                double c = confidence[i];
                confidence[i] = confidence[j];
                confidence[j] = c;
                boolean m = correct[i];
                correct[i] = correct[j];
                correct[j] = m;
            }
            assertThat(CalibrationError.of(confidence, correct, 10, Binning.EQUAL_MASS)
                            .value())
                    .isCloseTo(expected, within(1e-14));
        }
    }

    @Test
    void calibrationError_edges_belongToTheLowerBin() {
        for (int bins : new int[] {3, 10, 15, 49}) {
            double[] edges = new double[bins + 1];
            Arrays.setAll(edges, j -> j / (double) bins);
            CalibrationError found = CalibrationError.of(edges, new boolean[bins + 1], bins, Binning.EQUAL_WIDTH);
            assertThat(found.bins()).hasSize(bins);
            assertThat(found.bins().get(0).count()).isEqualTo(2);
            assertThat(found.bins().stream().skip(1)).allMatch(b -> b.count() == 1 && b.confidence() == b.high());
        }
    }

    @Test
    void calibrationError_leftClosedEdges_belongToTheUpperBin() {
        for (int bins : new int[] {3, 10, 15, 49}) {
            double[] edges = new double[bins + 1];
            Arrays.setAll(edges, j -> j / (double) bins);
            CalibrationError found =
                    CalibrationError.of(edges, new boolean[bins + 1], bins, Binning.EQUAL_WIDTH_LEFT_CLOSED);
            assertThat(found.bins()).hasSize(bins);
            assertThat(found.bins().get(bins - 1).count()).isEqualTo(2);
            assertThat(found.bins().stream().limit(bins - 1L))
                    .allMatch(b -> b.count() == 1 && b.confidence() == b.low());
        }
    }

    @Test
    void interval_seeded_holdsTheNumberAndRepeats() {
        Map<String, double[]> golden = Objects.requireNonNull(CASES.get("dirichlet_overconfident"));
        Array probabilities = Golden.probabilities(golden);
        int[] labels = Golden.labels(golden);
        TopLabel top = TopLabel.of(probabilities, labels);
        Bootstrap bootstrap = Bootstrap.seeded(6);

        Interval brier = Brier.interval(probabilities, labels, bootstrap, 0.95);
        Interval nll = NegativeLogLikelihood.interval(probabilities, labels, bootstrap, 0.95);
        Interval accuracy = top.interval(bootstrap, t -> t.accuracy().value(), 0.95);

        assertThat(brier.contains(Brier.allClasses(probabilities, labels).value()))
                .isTrue();
        assertThat(nll.contains(NegativeLogLikelihood.of(probabilities, labels).value()))
                .isTrue();
        assertThat(accuracy.low()).isCloseTo(top.accuracy().interval().low(), within(0.01));
        assertThat(accuracy.high()).isCloseTo(top.accuracy().interval().high(), within(0.01));
        assertThat(top.interval(bootstrap.inParallel(), t -> t.accuracy().value(), 0.95))
                .isEqualTo(accuracy);
        double se = Math.sqrt(AurocTest.variance(squares(probabilities, labels)) / labels.length);
        assertThat(brier.width()).isCloseTo(2 * 1.96 * se, within(0.15 * brier.width()));
        assertThat(NegativeLogLikelihood.interval(
                                Array.of(new double[] {1, 0, 0.5, 0.5}, 2, 2), new int[] {1, 1}, bootstrap, 0.95)
                        .high())
                .isInfinite();
    }

    private static double[] squares(Array probabilities, int[] labels) {
        double[] out = new double[labels.length];
        for (int i = 0; i < out.length; i++) {
            for (int k = 0; k < probabilities.dim(1); k++) {
                double e = probabilities.get(i * probabilities.dim(1) + k) - (k == labels[i] ? 1 : 0);
                out[i] += e * e;
            }
        }
        return out;
    }

    @Test
    void calibrationError_mostConfidentBin_counts() {
        CalibrationError found = CalibrationError.of(
                new double[] {1, 1, 1, 1}, new boolean[] {true, false, false, false}, 15, Binning.EQUAL_WIDTH);
        assertThat(found.value()).isEqualTo(0.75);
        assertThat(found.largest()).isEqualTo(0.75);
        assertThat(found.toString()).contains("ECE 0.7500", "n = 4");
    }

    @Test
    void calibrationError_badInput_isRefused() {
        assertThatThrownBy(() -> CalibrationError.of(new double[] {7.5}, new boolean[1], 15, Binning.EQUAL_WIDTH))
                .isInstanceOf(MetricException.class)
                .hasMessageContaining("not logits");
        assertThatThrownBy(() -> CalibrationError.of(new double[] {Double.NaN}, new boolean[1], 15, Binning.EQUAL_MASS))
                .isInstanceOf(MetricException.class);
        assertThatThrownBy(() -> CalibrationError.of(new double[2], new boolean[1], 15, Binning.EQUAL_WIDTH))
                .isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> CalibrationError.of(new double[1], new boolean[1], 0, Binning.EQUAL_WIDTH))
                .isInstanceOf(MetricException.class);
    }

    @Test
    void topLabel_badInput_isRefused() {
        Array logits = Array.of(new float[] {3, -1, 0.5f, 0.5f}, 2, 2);
        assertThatThrownBy(() -> TopLabel.of(logits, new int[2]))
                .isInstanceOf(MetricException.class)
                .hasMessageContaining("row 0")
                .hasMessageContaining("softmax");
        Array fine = Array.of(new float[] {0.5f, 0.5f}, 1, 2);
        assertThatThrownBy(() -> TopLabel.of(fine, new int[] {2})).hasMessageContaining("0 to 1");
        assertThatThrownBy(() -> TopLabel.of(fine, new int[2])).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> NegativeLogLikelihood.of(Array.of(new float[2], 2), new int[2]))
                .isInstanceOf(ShapeException.class);
        assertThat(TopLabel.of(fine, new int[1]).predicted(0))
                .as("first of equals")
                .isZero();
    }

    @Test
    void negativeLogLikelihood_impossibleTruth_isInfiniteAndCounted() {
        NegativeLogLikelihood found =
                NegativeLogLikelihood.of(Array.of(new double[] {1, 0, 0.5, 0.5}, 2, 2), new int[] {1, 1});
        assertThat(found.value()).isInfinite();
        assertThat(found.impossible()).isEqualTo(1);
        assertThat(found.toString()).contains("impossible in 1");
    }

    private static boolean[] marks(Random random, int n) {
        boolean[] out = new boolean[n];
        for (int i = 0; i < n; i++) {
            out[i] = random.nextBoolean();
        }
        return out;
    }

    private static double[] list(Map<String, double[]> golden, String key) {
        return Objects.requireNonNull(golden.get(key), key);
    }

    private static void check(Map<String, double[]> golden, String key, double found) {
        double expected = list(golden, key)[0];
        if (Double.isInfinite(expected)) {
            assertThat(found).as(key).isEqualTo(expected);
        } else {
            assertThat(found).as(key).isCloseTo(expected, within(1e-13));
        }
    }
}
