package dev.qualm.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.testkit.Close;
import dev.qualm.testkit.Golden;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Methods that compare an input with a baseline against Captum 0.8.0 (golden/README.md). */
class BaselineMethodsGoldenTest {
    private static final List<String> NETS =
            List.of("n1-fmnist-cnn", "n2-rgb-resnet", "n3-tabular-mlp", "n4-avgpool-cnn", "n5-rgb-seq");

    /** Captum rounds the occlusion maps of float64 networks to float32. */
    private static final double SINGLE = 1e-7;

    /** Captum's Riemann nodes come from a float32 linspace. */
    private static final double RIEMANN = 2e-7;

    static Stream<Arguments> cases() {
        List<Arguments> cases = new ArrayList<>();
        IntegratedGradients gauss = new IntegratedGradients(Quadrature.gaussLegendre(50), Baseline.zero());
        for (String net : NETS) {
            cases.add(Arguments.of(net, "ig.gl50", gauss, Target.logit(), "pred", 1e-8));
            cases.add(Arguments.of(net, "ig.gl50.runner_up", gauss, Target.logit(), "runner_up", 1e-8));
            cases.add(
                    Arguments.of(net, "ig.right30", IntegratedGradients.reference(), Target.logit(), "pred", RIEMANN));
            Target probability = Target.of(Quantity.PROBABILITY);
            cases.add(Arguments.of(
                    net, "ig_softmax.right30", IntegratedGradients.reference(), probability, "pred", RIEMANN));
            // Made with functional max-pooling, which Captum's rule does not see.
            DeepLift gradient = new DeepLift(Baseline.zero(), false);
            cases.add(Arguments.of(net, "deeplift", gradient, Target.logit(), "pred", 1e-9));
            cases.add(Arguments.of(net, "occlusion", occlusion(net), Target.logit(), "pred", SINGLE));
        }
        return cases.stream();
    }

    private static Occlusion occlusion(String net) {
        return switch (net.substring(0, 2)) {
            case "n1" -> new Occlusion(new int[] {1, 7, 7}, new int[] {1, 3, 3}, Baseline.zero());
            case "n2" -> new Occlusion(new int[] {3, 8, 8}, new int[] {3, 4, 4}, Baseline.zero());
            case "n3" -> new Occlusion(new int[] {3}, new int[] {2}, Baseline.zero());
            case "n4" -> new Occlusion(new int[] {1, 6, 6}, new int[] {1, 5, 5}, Baseline.zero());
            default -> new Occlusion(new int[] {3, 5, 5}, new int[] {3, 5, 5}, Baseline.zero());
        };
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("cases")
    void maps_ofMethod_equalCaptums(
            String net, String key, Attribution method, Target target, String classes, double tolerance) {
        Map<String, Array> expected = Golden.arrays(net + "/captum.npz");
        Map<String, Array> io = Golden.arrays(net + "/io.npz");
        Array map = expected.get(key + ".f64");
        Array input = io.get("input").slice(0, map.dim(0));
        int[] c = Arrays.stream(io.get(classes).slice(0, map.dim(0)).toLongs())
                .mapToInt(Math::toIntExact)
                .toArray();
        try (Network network = Golden.network(net, Precision.FLOAT64);
                Explainer explainer = method.on(network, target)) {
            Explanation found = explainer.explain(input, c);
            assertThat(Close.relative(map, found.relevance()))
                    .as(net + " " + key)
                    .isLessThan(tolerance);
            Array delta = expected.get(key + ".delta.f64");
            if (delta != null) {
                Array residuals = Array.of(found.residuals(), found.residuals().length);
                for (int i = 0; i < residuals.size(); i++) {
                    assertThat(residuals.get(i)).isCloseTo(delta.get(i), org.assertj.core.api.Assertions.within(1e-6));
                }
            }
        }
    }
}
