package dev.qualm.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.testkit.Close;
import dev.qualm.testkit.Golden;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The six methods of the reference implementation of Dombrowski et al. 2019, with Relu and with softplus (golden/README.md). */
class ReferenceMapsGoldenTest {
    private static final List<String> METHODS =
            List.of("gradient", "grad_times_input", "guided_backprop", "lrp", "integrated_grad", "pattern_attribution");

    static Stream<Arguments> cases() {
        List<Arguments> cases = new ArrayList<>();
        for (String net : List.of("n1-fmnist-cnn", "n5-rgb-seq")) {
            Map<String, Array> all = Golden.arrays(net + "/ecbm.npz");
            for (String act : List.of("relu", "beta1", "beta3", "beta10", "beta1000")) {
                for (String method : METHODS) {
                    if (all.containsKey(act + "." + method + ".f64")) {
                        cases.add(Arguments.of(net, act, method));
                    }
                }
            }
        }
        assertThat(cases).hasSizeGreaterThan(30);
        return cases.stream();
    }

    static Attribution method(String name, Map<String, Array> io) {
        return switch (name) {
            case "gradient" -> new GradientMap(false);
            case "grad_times_input" -> new GradientMap(true);
            case "guided_backprop" -> Propagation.of(name, Composite.gradient(name, NodeRule.Plain.GUIDED));
            case "lrp" -> {
                // One pair of bounds for all channels, as in the reference.
                double low = Arrays.stream(io.get("low").toDoubles()).min().orElseThrow();
                double high = Arrays.stream(io.get("high").toDoubles()).max().orElseThrow();
                yield Propagation.of(name, Composite.reference()).within(Bounds.of(low, high));
            }
            case "pattern_attribution" -> PatternMap.attribution(referencePatterns());
            default -> IntegratedGradients.reference();
        };
    }

    /** The patterns that the reference values were made with. */
    private static Patterns referencePatterns() {
        Map<String, Array> byWeight = new HashMap<>();
        Golden.arrays("n5-rgb-seq/ecbm_patterns.npz").forEach((key, a) -> {
            if (key.startsWith("pattern.")) {
                byWeight.put(key.substring(8, key.length() - 4) + ".weight", a);
            }
        });
        return new Patterns(byWeight);
    }

    @Test
    void learn_onTheReferencesImages_givesItsPatterns() {
        Map<String, Array> all = Golden.arrays("n5-rgb-seq/ecbm_patterns.npz");
        Array images = all.get("images");
        try (Network network = Golden.network("n5-rgb-seq", Precision.FLOAT64)) {
            Patterns patterns = Patterns.learn(network, List.of(images.slice(0, 33), images.slice(33, 60)));
            assertThat(patterns.byWeight()).hasSize(4);
            patterns.byWeight().forEach((weight, pattern) -> {
                Array expected = all.get("pattern_gemm." + weight.replace(".weight", "") + ".f64");
                assertThat(Close.relative(expected, pattern)).as(weight).isLessThan(1e-9);
            });
        }
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("cases")
    void maps_ofReferenceMethod_equalTheReferences(String net, String act, String name) {
        Map<String, Array> all = Golden.arrays(net + "/ecbm.npz");
        Map<String, Array> io = Golden.arrays(net + "/io.npz");
        Array expected = all.get(act + "." + name + ".f64");
        int n = expected.dim(0);
        Array input = io.get("input").slice(0, n);
        int[] classes = Arrays.stream(io.get("pred").slice(0, n).toLongs())
                .mapToInt(Math::toIntExact)
                .toArray();
        double beta = act.equals("relu") ? Double.POSITIVE_INFINITY : Double.parseDouble(act.substring(4));
        boolean integrated = name.equals("integrated_grad");
        Target target =
                integrated ? Target.of(Quantity.PROBABILITY) : Target.logit().startingFromValue();
        try (Network network = Golden.network(net, Precision.FLOAT64);
                SmoothedMaps maps = SmoothedMaps.of(method(name, io), network, target)) {
            Array found = maps.at(beta).explain(input, classes).relevance();
            assertThat(Close.relative(expected, shares(found))).isLessThan(integrated ? 1e-6 : 1e-8);
            Array raw = all.get("raw." + act + "." + name + ".f64");
            if (raw != null && !integrated) {
                assertThat(Close.relative(raw, found)).isLessThan(1e-8);
            }
        }
    }

    /** Sum over channels of absolute values, divided by its sum per image. */
    private static Array shares(Array maps) {
        int n = maps.dim(0);
        int channels = maps.dim(1);
        int size = maps.dim(2) * maps.dim(3);
        double[] out = new double[n * size];
        for (int i = 0; i < n; i++) {
            double sum = 0;
            for (int c = 0; c < channels; c++) {
                for (int p = 0; p < size; p++) {
                    double v = Math.abs(maps.get((i * channels + c) * size + p));
                    out[i * size + p] += v;
                    sum += v;
                }
            }
            for (int p = 0; p < size; p++) {
                out[i * size + p] /= sum;
            }
        }
        return Array.of(out, n, maps.dim(2), maps.dim(3));
    }
}
