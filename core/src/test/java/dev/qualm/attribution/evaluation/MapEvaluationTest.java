package dev.qualm.attribution.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.attribution.MapFunction;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.engine.Precision;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every method that judges maps. */
class MapEvaluationTest {
    private static final int N = 4;
    private static final Network IMAGES = Judged.images();
    private static final Array PICTURES = Judged.inputs(21, N, 3, 8, 8);
    private static final Network FEATURES = Judged.features(7);
    private static final Array ROWS = Judged.inputs(22, N, 7);
    private static final int[] CLASSES = {0, 1, 2, MapFunction.PREDICTED};

    @AfterAll
    static void close() {
        IMAGES.close();
        FEATURES.close();
    }

    private static List<MapEvaluation> forAll() {
        return all(5);
    }

    private static List<MapEvaluation> forImages() {
        List<MapEvaluation> out = new java.util.ArrayList<>(MapEvaluation.allForImages(5));
        out.add(NormalizedAopc.of(3, 1, 5));
        return out;
    }

    private static List<MapEvaluation> all(long seed) {
        return MapEvaluation.all(seed);
    }

    @Test
    void registry_coversEveryMethod() {
        List<Class<?>> listed =
                forImages().stream().<Class<?>>map(Object::getClass).toList();
        assertThat(listed).containsExactlyInAnyOrder(MapEvaluation.class.getPermittedSubclasses());
    }

    @ParameterizedTest
    @MethodSource("forImages")
    void images_batchOfN_equalsNBatchesOfOneInAnyOrder(MapEvaluation method) {
        MapFunction maps = Judged.gradientTimesInput(IMAGES);
        Evaluation all = method.evaluate(IMAGES, maps, PICTURES, CLASSES);
        assertThat(all.status()).allSatisfy(s -> assertThat(s.isOk()).isTrue());
        for (int i = 0; i < N; i++) {
            Evaluation one = method.evaluate(IMAGES, maps, PICTURES.slice(i, i + 1), new int[] {CLASSES[i]});
            assertThat(one.values()[0]).isCloseTo(all.values()[i], within(1e-8 * (1 + Math.abs(all.values()[i]))));
        }
        Evaluation turned = method.evaluate(IMAGES, maps, PICTURES.select(3, 2, 1, 0), new int[] {CLASSES[3], 2, 1, 0});
        for (int i = 0; i < N; i++) {
            assertThat(turned.values()[3 - i])
                    .isCloseTo(all.values()[i], within(1e-8 * (1 + Math.abs(all.values()[i]))));
        }
    }

    @ParameterizedTest
    @MethodSource("forAll")
    void features_twice_givesTheSameBits(MapEvaluation method) {
        MapFunction maps = Judged.gradientTimesInput(FEATURES);
        Evaluation first = method.evaluate(FEATURES, maps, ROWS, CLASSES);
        Evaluation second = method.evaluate(FEATURES, maps, ROWS, CLASSES);
        assertThat(first.status()).allSatisfy(s -> assertThat(s.isOk()).isTrue());
        assertThat(second.values()).containsExactly(first.values());
        assertThat(second.interval()).isEqualTo(first.interval());
        assertThat(second.provenance()).isEqualTo(first.provenance());
        assertThat(first.provenance().entries()).containsEntry("seed", "5").containsKey("method");
        assertThat(first.toString()).contains("over 4 of 4 images");
    }

    @Test
    void seeds_differ_soDoRandomMethods() {
        MapFunction maps = Judged.gradientTimesInput(FEATURES);
        for (int m = 0; m < all(5).size(); m++) {
            double[] five =
                    all(5).get(m).evaluate(FEATURES, maps, ROWS, CLASSES).values();
            double[] six = all(6).get(m).evaluate(FEATURES, maps, ROWS, CLASSES).values();
            boolean random = !(all(5).get(m) instanceof Completeness)
                    && !(all(5).get(m) instanceof PixelFlipping)
                    && !(all(5).get(m) instanceof Complexity)
                    && !(all(5).get(m) instanceof Sparseness);
            assertThat(Arrays.equals(five, six)).isEqualTo(!random);
        }
    }

    @ParameterizedTest
    @MethodSource("forImages")
    void oneBadImageOrMap_costsOnlyItself(MapEvaluation method) {
        MapFunction good = Judged.gradientTimesInput(IMAGES);
        MapFunction bad = (batch, classes) -> {
            Array a = good.maps(batch, classes);
            double[] out = a.toDoubles().clone();
            int size = out.length / classes.length;
            for (int i = 0; i < classes.length; i++) {
                // The maps of the second picture, and near it, hold a NaN.
                if (batch.get(i * size) > 20) {
                    out[i * size + 5] = Double.NaN;
                }
            }
            return Array.of(out, a.shape());
        };
        double[] pixels = PICTURES.toDoubles().clone();
        pixels[192] = 50;
        pixels[2 * 192 + 9] = Double.NaN;
        Evaluation clean = method.evaluate(IMAGES, good, PICTURES, CLASSES);
        Evaluation e = method.evaluate(IMAGES, bad, Array.of(pixels, PICTURES.shape()), CLASSES);
        assertThat(e.status().get(1).isOk()).isFalse();
        assertThat(e.status().get(2).isOk()).isFalse();
        assertThat(e.values()[1]).isNaN();
        assertThat(e.values()[2]).isNaN();
        assertThat(e.count()).isEqualTo(2);
        assertThat(e.values()[0]).isCloseTo(clean.values()[0], within(1e-8 * (1 + Math.abs(clean.values()[0]))));
        assertThat(e.mean()).isCloseTo((e.values()[0] + e.values()[3]) / 2, within(1e-12 * (1 + Math.abs(e.mean()))));
    }

    @ParameterizedTest
    @MethodSource("forImages")
    void zeroMaps_haveAStatusOrAFiniteValue(MapEvaluation method) {
        MapFunction zero = (batch, classes) -> Array.of(new double[batch.size()], batch.shape());
        Evaluation e = method.evaluate(IMAGES, zero, PICTURES, CLASSES);
        for (int i = 0; i < N; i++) {
            assertThat(Double.isFinite(e.values()[i]))
                    .isEqualTo(e.status().get(i).isOk());
        }
    }

    @ParameterizedTest
    @MethodSource("forImages")
    void onePixelImages_neverThrow(MapEvaluation method) {
        try (Network network = Judged.linear(Judged.weights(3, 2, 1), 2, 1, 1)) {
            Array x = Judged.inputs(1, 2, 2, 1, 1);
            Evaluation e = method.evaluate(network, Judged.gradientTimesInput(network), x, new int[] {0, 1});
            for (int i = 0; i < 2; i++) {
                assertThat(Double.isFinite(e.values()[i]))
                        .isEqualTo(e.status().get(i).isOk());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("forImages")
    void float32_network_agreesWithFloat64(MapEvaluation method) {
        try (Network single = IMAGES.to(Precision.FLOAT32)) {
            Evaluation e = method.evaluate(single, Judged.gradientTimesInput(single), PICTURES.asFloat32(), CLASSES);
            Evaluation d = method.evaluate(IMAGES, Judged.gradientTimesInput(IMAGES), PICTURES.asFloat32(), CLASSES);
            assertThat(e.count()).isEqualTo(N);
            // Relative stability divides by single entries of the map, which amplifies rounding.
            double relative = method instanceof RelativeStability ? 0.05 : 2e-3;
            for (int i = 0; i < N; i++) {
                assertThat(e.values()[i]).isCloseTo(d.values()[i], within(relative * (0.05 + Math.abs(d.values()[i]))));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("forImages")
    void wrongShapes_sayWhatWasExpected(MapEvaluation method) {
        if (method instanceof Complexity || method instanceof Sparseness) {
            return; // these read maps alone
        }
        MapFunction short1 = (batch, classes) -> Array.of(new double[classes.length * 3], classes.length, 3);
        assertThatThrownBy(() -> method.evaluate(IMAGES, short1, PICTURES, CLASSES))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[4, 3, 8, 8]");
        MapFunction maps = Judged.gradient(IMAGES);
        assertThatThrownBy(() -> method.evaluate(IMAGES, maps, PICTURES, new int[] {1}))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("one class per input");
        assertThatThrownBy(() -> method.evaluate(IMAGES, maps, PICTURES, new int[] {0, 0, 5, 0}))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("from 0 to 4")
                .hasMessageContaining("input 2");
        Array tokens = Array.of(new long[N * 192], N, 3, 8, 8);
        assertThatThrownBy(() -> method.evaluate(IMAGES, maps, tokens, CLASSES))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("float inputs");
    }

    @Test
    void imageMethods_onFeatures_nameAnAlternative() {
        MapFunction maps = Judged.gradient(FEATURES);
        for (MapEvaluation method : List.of(RegionPerturbation.defaults(1), Road.defaults(1))) {
            assertThatThrownBy(() -> method.evaluate(FEATURES, maps, ROWS, CLASSES))
                    .isInstanceOf(EvaluationException.class)
                    .hasMessageContaining("needs images")
                    .hasMessageContaining("PixelFlipping");
        }
    }

    @Test
    void baselines_thatDoNotFit_sayWhatWould() {
        MapFunction maps = Judged.gradient(FEATURES);
        assertThatThrownBy(() ->
                        new Completeness(Baseline.mean(), Output.LOGIT, 1).evaluate(FEATURES, maps, ROWS, CLASSES))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining("Baseline.values");
        assertThatThrownBy(() -> new Completeness(Baseline.values(1, 2), Output.LOGIT, 1)
                        .evaluate(FEATURES, maps, ROWS, CLASSES))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining("1 baseline value or 7");
        assertThatThrownBy(() -> Baseline.values(Double.NaN)).isInstanceOf(EvaluationException.class);
    }

    @Test
    void infidelity_summedMaps_saysWhy() {
        Array summed = Array.of(new double[N * 64], N, 8, 8);
        assertThatThrownBy(() -> Infidelity.defaults(1).evaluate(IMAGES, summed, PICTURES, CLASSES))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("not summed over channels");
        assertThat(PixelFlipping.defaults(1)
                        .curves(IMAGES, summed, PICTURES, CLASSES)
                        .gain()
                        .count())
                .isEqualTo(N);
    }

    @Test
    void settings_thatMakeNoSense_areRefused() {
        List<Runnable> wrong = List.of(
                () -> new FaithfulnessCorrelation(2, 5, Baseline.zero(), Output.LOGIT, 1),
                () -> new SensitivityN(List.of(1.0), 10, Baseline.zero(), Output.LOGIT, 1),
                () -> new PixelFlipping(0, 1, 0, Baseline.zero(), Output.LOGIT, Reading.SIGNED, 1),
                () -> new RegionPerturbation(0, 1, 0, Baseline.zero(), Output.LOGIT, Reading.SIGNED, 1),
                () -> NormalizedAopc.of(1, 0, 1),
                () -> new Road(List.of(0.5, 0.4), true, 0.01, Reading.SIGNED, 1),
                () -> new Road(List.of(1.0), true, 0.01, Reading.SIGNED, 1),
                () -> Infidelity.defaults(1).withSamples(0),
                () -> Infidelity.defaults(1).withPerturbation(new Infidelity.Perturbation.Gaussian(0)),
                () -> Neighbourhood.uniform(0, 1),
                () -> Neighbourhood.gaussian(1, Double.NaN),
                () -> new RelativeStability(Neighbourhood.uniform(1, 1), null, 0, 1),
                () -> new PointingGame(-1, Reading.SIGNED, 1));
        for (Runnable r : wrong) {
            assertThatThrownBy(r::run).isInstanceOf(EvaluationException.class).hasMessageContaining("found");
        }
    }

    @Test
    void relativeStability_unknownTensor_listsTheActivations() {
        assertThatThrownBy(() -> RelativeStability.defaults(1)
                        .withTensor("nowhere")
                        .evaluate(IMAGES, Judged.gradient(IMAGES), PICTURES, CLASSES))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining("nowhere")
                .hasMessageContaining("relu1");
    }

    @Test
    void probabilities_asNetworkOutput_areJudgedLikeTheirLogits() {
        NetworkBuilder b = NetworkBuilder.input("input", 7).seed(2).linear("fc", 3);
        try (Network logits = Network.of(b.build(), Precision.FLOAT64);
                Network soft = Network.of(b.softmax("p").build(), Precision.FLOAT64)) {
            FaithfulnessCorrelation method = new FaithfulnessCorrelation(30, 3, Baseline.zero(), Output.PROBABILITY, 1);
            MapFunction maps = Judged.gradientTimesInput(logits);
            assertThat(method.evaluate(soft, maps, ROWS, CLASSES).values())
                    .containsExactly(
                            method.evaluate(logits, maps, ROWS, CLASSES).values(), within(1e-9));
        }
    }
}
