package dev.qualm.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.Status;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.testkit.Close;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every registered method on every network. */
class AttributionContractTest {
    /** Methods that move the input's values, which whole numbers do not allow. */
    private static final Set<String> MOVING =
            Set.of("smoothgrad", "smoothgrad-squared", "vargrad", "integrated-gradients", "occlusion");

    static List<Zoo.Animal> networks() {
        return Zoo.all();
    }

    /** All registered methods that can speak about a network, with all that they need. */
    static List<Attribution> methods(Zoo.Animal animal, Network network) {
        AttributionOptions options = AttributionOptions.none()
                .withBounds(Bounds.of(-4, 4))
                .withSamples(3, 0.1, 5)
                .withSteps(4)
                .withPatterns(Patterns.learn(network, List.of(animal.inputs(20, 2))));
        List<Attribution> methods = new ArrayList<>();
        for (String name : Attributions.names()) {
            if (speaks(name, animal)) {
                methods.add(Attributions.of(name, options));
            }
        }
        return methods;
    }

    /** A third of them: every method meets every third network. */
    private static List<Attribution> inTurn(Zoo.Animal animal, Network network) {
        List<Attribution> all = methods(animal, network);
        int first = animal.name().length() % 3;
        return IntStream.range(0, all.size())
                .filter(k -> k % 3 == first)
                .mapToObj(all::get)
                .toList();
    }

    private static boolean speaks(String name, Zoo.Animal animal) {
        return switch (name) {
            case "grad-cam" -> animal.hasMaps();
            case "deeplift" -> animal.isSimple();
            default -> !(animal.isInteger() && MOVING.contains(name));
        };
    }

    @ParameterizedTest
    @MethodSource("networks")
    void methods_thatCannotSpeakAboutANetwork_sayWhy(Zoo.Animal animal) {
        Array x = animal.inputs(2, 1);
        try (Network network = animal.network(Precision.FLOAT64)) {
            for (String name : List.of("grad-cam", "deeplift", "smoothgrad", "integrated-gradients", "occlusion")) {
                if (!speaks(name, animal)) {
                    assertThatThrownBy(() -> {
                                try (Explainer e = Attributions.of(name).on(network, Target.logit())) {
                                    e.explain(x);
                                }
                            })
                            .as(name)
                            .isInstanceOf(UnsupportedModelException.class)
                            .message()
                            .hasSizeGreaterThan(40);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void explanation_ofABatch_isThatOfItsRowsInAnyOrder(Zoo.Animal animal) {
        Array x = animal.inputs(3, 1);
        try (Network network = animal.network(Precision.FLOAT64)) {
            for (Attribution method : methods(animal, network)) {
                try (Explainer e = method.on(network, Target.logit())) {
                    Explanation all = e.explain(x);
                    String about = animal + " " + method.name();
                    assertThat(all.relevance().dim(0)).isEqualTo(3);
                    for (int i = 0; i < 3; i++) {
                        boolean zero = Arrays.stream(all.map(i)).allMatch(v -> v == 0);
                        assertThat(all.status().get(i).kind())
                                .as(about)
                                .isEqualTo(zero ? Status.Kind.ZERO_GRADIENT : Status.Kind.OK);
                        assertThat(all.map(i)).as(about).doesNotContain(Double.NaN);
                    }
                    List<Array> singles = new ArrayList<>();
                    for (int i = 0; i < 3; i++) {
                        singles.add(e.explain(x.slice(i, i + 1)).relevance());
                    }
                    Array joined = Array.concat(singles);
                    double tolerance = 1e-11 * condition(all);
                    assertThat(Close.relative(joined, all.relevance()))
                            .as(about)
                            .isLessThan(tolerance);
                    int[] order = {2, 0, 1};
                    assertThat(Close.relative(
                                    joined.select(order),
                                    e.explain(x.select(order)).relevance()))
                            .as(about)
                            .isLessThan(tolerance);
                    assertThat(e.explain(x, all.classes()).relevance())
                            .as(about)
                            .isEqualTo(all.relevance());
                    Explanation none = e.explain(x.slice(0, 0));
                    assertThat(none.relevance().dim(0)).isZero();
                    assertThat(none.status()).isEmpty();
                }
            }
        }
    }

    /** How much larger relevance is somewhere on the way than what it sums to: shares of a sum near zero are large. */
    private static double condition(Explanation e) {
        double sum = 0;
        for (int i = 0; i < e.relevance().size(); i++) {
            sum += Math.abs(e.relevance().get(i));
        }
        return Math.max(1, sum / e.status().size());
    }

    @ParameterizedTest
    @MethodSource("networks")
    void explanation_inSinglePrecision_isCloseToDouble(Zoo.Animal animal) {
        Array x = animal.isInteger() ? animal.inputs(4, 1) : animal.inputs(4, 1).asFloat32();
        try (Network network = animal.network(Precision.FLOAT64);
                Network single = animal.network(Precision.FLOAT32)) {
            for (Attribution method : inTurn(animal, network)) {
                try (Explainer exact = method.on(network, Target.logit());
                        Explainer rounded = method.on(single, Target.logit())) {
                    Explanation expected = exact.explain(x);
                    Explanation found = rounded.explain(x, expected.classes());
                    String about = animal + " " + method.name();
                    double scale = 0;
                    for (int i = 0; i < expected.relevance().size(); i++) {
                        scale = Math.max(scale, Math.abs(expected.relevance().get(i)));
                    }
                    // Differences of outputs: small ones carry the rounding of large ones.
                    boolean differences = method instanceof Occlusion || method instanceof DeepLift;
                    double floor = differences ? 1 / Math.min(1, scale) : 1;
                    assertThat(Close.relative(expected.relevance(), found.relevance()))
                            .as(about)
                            .isLessThan(3e-5 * floor * condition(expected));
                    assertThat(found.relevance())
                            .as(about)
                            .isEqualTo(rounded.explain(x).relevance());
                    Array singles = Array.concat(List.of(
                            rounded.explain(x.slice(0, 1)).relevance(),
                            rounded.explain(x.slice(1, 4)).relevance()));
                    assertThat(Close.relative(singles, found.relevance()))
                            .as(about)
                            .isLessThan(1e-5 * floor * condition(expected));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void explanation_ofABatchWithNan_costsThatRowOnly(Zoo.Animal animal) {
        if (animal.isInteger()) {
            return; // whole numbers are never NaN
        }
        Array x = animal.inputs(4, 1);
        double[] values = x.toDoubles().clone();
        values[values.length / 4] = Double.NaN;
        Array spoiled = Array.of(values, x.shape());
        try (Network network = animal.network(Precision.FLOAT64)) {
            for (Attribution method : inTurn(animal, network)) {
                try (Explainer e = method.on(network, Target.logit())) {
                    Explanation clean = e.explain(x);
                    Explanation found = e.explain(spoiled);
                    String about = animal + " " + method.name();
                    assertThat(found.status().get(1).kind()).as(about).isEqualTo(Status.Kind.NON_FINITE);
                    assertThat(found.map(1)).as(about).containsOnly(Double.NaN);
                    for (int i : new int[] {0, 2, 3}) {
                        assertThat(found.status().get(i))
                                .as(about)
                                .isEqualTo(clean.status().get(i));
                        assertThat(found.map(i)).as(about).isEqualTo(clean.map(i));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"residual", "embedding", "lstm"})
    void explainer_closedAfterItsNetworkAndTwice_worksUntilThen(String name) {
        Zoo.Animal animal = Zoo.named(name);
        Array x = animal.inputs(2, 1);
        Network network = animal.network(Precision.FLOAT64);
        List<Attribution> methods = methods(animal, network);
        List<Explainer> explainers = new ArrayList<>();
        List<Array> before = new ArrayList<>();
        for (Attribution method : methods) {
            explainers.add(method.on(network, Target.logit()));
            before.add(explainers.get(explainers.size() - 1).explain(x).relevance());
        }
        network.close();
        for (int i = 0; i < methods.size(); i++) {
            Explainer e = explainers.get(i);
            assertThat(e.explain(x).relevance()).as(methods.get(i).name()).isEqualTo(before.get(i));
            e.close();
            e.close();
            assertThatThrownBy(() -> e.explain(x))
                    .as(methods.get(i).name())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
        }
    }

    @ParameterizedTest
    @EnumSource(Quantity.class)
    void explanation_ofEachQuantity_givesItsValue(Quantity quantity) {
        for (String name : List.of("dense", "softmax", "log-softmax", "probabilities", "log-probabilities")) {
            Zoo.Animal animal = Zoo.named(name);
            try (Network network = animal.network(Precision.FLOAT64)) {
                double[][] z = Results.rows(network.logits(animal.inputs(3, 1)));
                for (Attribution method : methods(animal, network)) {
                    try (Explainer e = method.on(network, Target.of(quantity))) {
                        Explanation found = e.explain(animal.inputs(3, 1), new int[] {2, 0, -1});
                        assertThat(found.classes()).startsWith(2, 0);
                        for (int i = 0; i < 3; i++) {
                            assertThat(found.values()[i]).isEqualTo(quantity.of(z[i], found.classes()[i]));
                        }
                        assertThat(found.status()).noneMatch(t -> t.kind() == Status.Kind.NON_FINITE);
                    }
                }
            }
        }
    }

    @Test
    void explainers_sharedByEightThreads_giveTheSameBits() throws Exception {
        Zoo.Animal animal = Zoo.named("residual");
        List<Array> batches = List.of(animal.inputs(1, 1), animal.inputs(3, 2), animal.inputs(20, 3));
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (Network network = animal.network(Precision.FLOAT32)) {
            for (Attribution method : methods(animal, network)) {
                try (Explainer alone = method.on(network, Target.logit());
                        Explainer shared = method.on(network, Target.logit())) {
                    List<Array> expected = batches.stream()
                            .map(x -> alone.explain(x).relevance())
                            .toList();
                    List<Callable<Array>> tasks = new ArrayList<>();
                    for (int t = 0; t < 24; t++) {
                        Array x = batches.get(t % 3);
                        tasks.add(() -> shared.explain(x).relevance());
                    }
                    List<Future<Array>> found = threads.invokeAll(tasks);
                    for (int t = 0; t < found.size(); t++) {
                        assertThat(found.get(t).get()).as(method.name()).isEqualTo(expected.get(t % 3));
                    }
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void provenance_ofEveryMethod_namesItAndItsParameters() {
        Zoo.Animal animal = Zoo.named("residual");
        try (Network network = animal.network(Precision.FLOAT64)) {
            for (Attribution method : methods(animal, network)) {
                try (Explainer e = method.on(network, Target.logit())) {
                    String text = e.explain(animal.inputs(1, 1)).provenance().toString();
                    for (Map.Entry<String, Object> p : method.parameters().entrySet()) {
                        assertThat(text).contains(p.getKey());
                    }
                    assertThat(text).contains("target", "precision");
                }
            }
        }
    }
}
