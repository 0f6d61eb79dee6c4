package dev.qualm.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.QualmException;
import dev.qualm.ShapeException;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import dev.qualm.testkit.Close;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Wrong calls, models with peculiar batches, and inputs of many sizes. */
class HostileExplanationTest {
    private static final List<String> KINDS =
            List.of("gradient", "integrated-gradients", "occlusion", "deeplift", "lrp-epsilon");

    @Test
    void classes_thatDoNotExistOrDoNotFit_areRefusedByEveryMethod() {
        Zoo.Animal animal = Zoo.named("residual");
        Array x = animal.inputs(3, 1);
        try (Network network = animal.network(Precision.FLOAT64)) {
            for (Attribution method : AttributionContractTest.methods(animal, network)) {
                try (Explainer e = method.on(network, Target.logit())) {
                    assertThatThrownBy(() -> e.explain(x, new int[] {0, 4, 1}))
                            .as(method.name())
                            .isInstanceOf(UnsupportedModelException.class)
                            .hasMessageContaining("Class 4")
                            .hasMessageContaining("0 to 3");
                    for (int n : new int[] {0, 2, 4}) {
                        assertThatThrownBy(() -> e.explain(x, new int[n]))
                                .as(method.name())
                                .isInstanceOf(ShapeException.class)
                                .hasMessageContaining("one class per input");
                        if (e instanceof DifferentiableMaps maps) {
                            assertThatThrownBy(() -> maps.at(x, new int[n])).isInstanceOf(ShapeException.class);
                        }
                    }
                }
            }
        }
    }

    @Test
    void inputs_ofWrongShape_areRefusedByEveryMethod() {
        Zoo.Animal animal = Zoo.named("residual");
        try (Network network = animal.network(Precision.FLOAT64)) {
            for (Attribution method : AttributionContractTest.methods(animal, network)) {
                try (Explainer e = method.on(network, Target.logit())) {
                    for (Array wrong : List.of(
                            Close.gaussian(1, 2, 3, 6, 6), Close.gaussian(1, 2, 6, 6), Close.gaussian(1, 2, 72))) {
                        assertThatThrownBy(() -> e.explain(wrong))
                                .as(method.name())
                                .isInstanceOf(ShapeException.class)
                                .hasMessageContaining("expected x")
                                .hasMessageContaining(wrong.rank() == 4 ? "3, 6, 6" : "but found");
                    }
                }
            }
        }
    }

    @Test
    void networks_ofTwoInputs_areRefusedWithBoth() {
        Sketch s = Sketch.of(3);
        String more = s.input("more", -1, 3);
        Graph graph = s.build(s.gemm(s.node("Mul", s.x, more), 3, 4));
        try (Network network = Network.of(graph, Precision.FLOAT64)) {
            for (String name : KINDS) {
                assertThatThrownBy(() -> {
                            try (Explainer e = Attributions.of(name).on(network, Target.logit())) {
                                e.explain(Close.gaussian(1, 2, 3));
                            }
                        })
                        .as(name)
                        .isInstanceOf(ShapeException.class)
                        .hasMessageContaining("x FLOAT")
                        .hasMessageContaining("more FLOAT");
            }
        }
    }

    @Test
    void networks_whoseOutputsAreNotPerInput_areRefused() {
        Sketch s = Sketch.of(3);
        Graph graph = s.build(s.node("Transpose", s.gemm(s.x, 3, 4)));
        try (Network network = Network.of(graph, Precision.FLOAT64)) {
            for (String name : List.of("gradient", "lrp-epsilon")) {
                try (Explainer e = Attributions.of(name).on(network, Target.logit())) {
                    assertThatThrownBy(() -> e.explain(Close.gaussian(1, 3, 3))).isInstanceOf(QualmException.class);
                }
            }
        }
    }

    @Test
    void names_unknown_areAnsweredWithAllMethods() {
        assertThatThrownBy(() -> Attributions.of("gradcam"))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("gradcam")
                .hasMessageContaining("grad-cam");
        assertThatThrownBy(() -> Attributions.of("pattern-net")).hasMessageContaining("patterns");
        Zoo.Animal animal = Zoo.named("residual");
        try (Network network = animal.network(Precision.FLOAT64);
                Explainer e = new GradCam("nowhere").on(network, Target.logit())) {
            assertThatThrownBy(() -> e.explain(animal.inputs(1, 1)))
                    .isInstanceOf(QualmException.class)
                    .hasMessageContaining("nowhere");
        }
    }

    @Test
    void baselines_ofWrongSize_areRefused() {
        Zoo.Animal animal = Zoo.named("residual");
        Baseline wrong = new Baseline(1, 2, 3);
        try (Network network = animal.network(Precision.FLOAT64)) {
            for (String name : List.of("integrated-gradients", "deeplift", "occlusion")) {
                Attribution method =
                        Attributions.of(name, AttributionOptions.none().withBaseline(wrong));
                try (Explainer e = method.on(network, Target.logit())) {
                    assertThatThrownBy(() -> e.explain(animal.inputs(1, 1)))
                            .isInstanceOf(ShapeException.class)
                            .hasMessageContaining("1, 2, or 72 values, but found 3");
                }
            }
        }
    }

    @Test
    void patterns_ofAnotherNetwork_areRefusedAndSavedOnesEqual(@TempDir Path folder) {
        Zoo.Animal animal = Zoo.named("residual");
        Zoo.Animal other = Zoo.named("branches");
        try (Network network = animal.network(Precision.FLOAT64);
                Network foreign = other.network(Precision.FLOAT64)) {
            Patterns own = Patterns.learn(network, List.of(animal.inputs(9, 1), animal.inputs(4, 2)));
            own.save(folder.resolve("p.safetensors"));
            Patterns read = Patterns.load(folder.resolve("p.safetensors"));
            assertThat(read.byWeight()).isEqualTo(own.byWeight());
            Array once = Array.concat(List.of(animal.inputs(9, 1), animal.inputs(4, 2)));
            Patterns.learn(network, List.of(once))
                    .byWeight()
                    .forEach((weight, a) -> assertThat(
                                    Close.relative(a, own.byWeight().get(weight)))
                            .isLessThan(1e-10));
            Patterns strange = Patterns.learn(foreign, List.of(other.inputs(9, 1)));
            Attribution method =
                    Attributions.of("pattern-net", AttributionOptions.none().withPatterns(strange));
            try (Explainer e = method.on(network, Target.logit())) {
                assertThatThrownBy(() -> e.explain(animal.inputs(1, 1)))
                        .isInstanceOf(UnsupportedModelException.class)
                        .hasMessageContaining("expected a pattern for weights")
                        .hasMessageContaining("learn the patterns of this network");
            }
        }
    }

    /** More sizes than plans are kept for. */
    @Test
    void images_ofManySizes_areExplainedLikeTheFirst() {
        Sketch s = Sketch.of(2, -1, -1);
        String a = s.node("Relu", s.conv(s.x, 2, 3, 3, "pads", Sketch.longs(1, 1, 1, 1)));
        Graph graph = s.build(s.head(s.node("Relu", s.conv(a, 3, 3, 3, "strides", Sketch.longs(2, 2))), 3));
        try (Network network = Network.of(graph, Precision.FLOAT64)) {
            for (String name : List.of("integrated-gradients", "lrp-epsilon-plus-flat", "grad-cam")) {
                try (Explainer e = Attributions.of(name).on(network, Target.logit())) {
                    for (int round = 0; round < 2; round++) {
                        for (int size = 5; size < 24; size++) {
                            Array x = Close.gaussian(size, 2, 2, size, 5).asFloat64();
                            try (Explainer fresh = Attributions.of(name).on(network, Target.logit())) {
                                assertThat(e.explain(x).relevance())
                                        .as(name)
                                        .isEqualTo(fresh.explain(x).relevance());
                            }
                            if (e instanceof DifferentiableMaps maps) {
                                try (DifferentiableMaps.Point p = maps.at(x, Explainer.predicted(2))) {
                                    assertThat(p.pullback(p.maps(), p.logits()).shape())
                                            .isEqualTo(x.shape());
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /** Models that hold the batch size they were exported with: every method, smoothed as well, as on the free model. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void models_ofFixedBatch_areExplainedInTheirParts(int batch) {
        Zoo.Animal free = new Zoo.Animal("free", rows(Sketch.of(1, 4, 4), -1), new int[] {1, 4, 4}, null);
        Zoo.Animal fixed = new Zoo.Animal("fixed", rows(Sketch.fixed(batch, 1, 4, 4), batch), free.shape(), null);
        Array x = free.inputs(8, 2);
        try (Network network = free.network(Precision.FLOAT64);
                Network baked = fixed.network(Precision.FLOAT64)) {
            List<Attribution> methods = new ArrayList<>(AttributionContractTest.methods(free, network));
            methods.removeIf(m -> m instanceof Occlusion && batch > 1); // runs windows of one input
            for (Attribution method : methods) {
                try (Explainer expected = method.on(network, Target.logit());
                        Explainer found = method.on(baked, Target.logit())) {
                    Explanation e = expected.explain(x);
                    assertThat(Close.relative(e.relevance(), found.explain(x).relevance()))
                            .as(method.name())
                            .isLessThan(1e-10);
                    if (method instanceof Occlusion) {
                        continue;
                    }
                    try (SmoothedMaps soft = SmoothedMaps.of(method, network, Target.logit());
                            SmoothedMaps softBaked = SmoothedMaps.of(method, baked, Target.logit())) {
                        for (double beta : new double[] {3, Double.POSITIVE_INFINITY}) {
                            try (DifferentiableMaps.Point p = soft.apply(beta).at(x, e.classes());
                                    DifferentiableMaps.Point q =
                                            softBaked.apply(beta).at(x, e.classes())) {
                                assertThat(Close.relative(p.maps(), q.maps()))
                                        .as(method.name())
                                        .isLessThan(1e-9);
                                assertThat(Close.relative(p.pullback(x, null), q.pullback(x, null)))
                                        .as(method.name())
                                        .isLessThan(1e-8);
                            }
                        }
                    }
                }
            }
        }
    }

    private static Graph rows(Sketch s, int batch) {
        String a = s.node("Relu", s.conv(s.x, 1, 3, 3));
        String flat = s.node("Reshape", a, s.ints(batch, 12));
        return s.build(s.mostlyPositive(s.node("Relu", s.gemm(flat, 12, 5)), 5));
    }
}
