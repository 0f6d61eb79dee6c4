package dev.qualm.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What explanations say about a method on a network that it fits badly. */
class WarningsTest {
    private static Graph convolution(boolean relu6) {
        NetworkBuilder net = NetworkBuilder.input("input", 1, 4, 4).seed(1).conv("conv", 3, 3, 1, 1);
        return (relu6 ? net.relu6("act") : net.relu("act"))
                .flatten("flat")
                .linear("logits", 3)
                .build();
    }

    private static List<String> warnings(Graph graph, String method, int... shape) {
        try (Network network = Network.of(graph, Precision.FLOAT64);
                Explainer explainer = Attributions.of(method).on(network, Target.logit())) {
            return explainer
                    .explain(Array.of(new double[Array.size(shape)], shape))
                    .warnings();
        }
    }

    @Test
    void warnings_oneConvolution_isNotCalledMissing() {
        assertThat(warnings(convolution(false), "lrp-epsilon-plus", 1, 1, 4, 4)).isEmpty();
    }

    @Test
    void warnings_noConvolution_nameTheVoidRule() {
        Graph dense = NetworkBuilder.input("input", 4)
                .seed(1)
                .linear("fc", 5)
                .relu("relu")
                .linear("logits", 3)
                .build();
        assertThat(warnings(dense, "lrp-epsilon-plus", 1, 4))
                .anyMatch(w -> w.startsWith("void rule: z-plus is for convolution"));
    }

    @Test
    void warnings_otherActivations_nameWhatHasNoEffect() {
        for (String method : List.of("guided-backprop", "deconvnet", "beta-smooth")) {
            assertThat(warnings(convolution(false), method, 1, 1, 4, 4)).isEmpty();
            assertThat(warnings(convolution(true), method, 1, 1, 4, 4))
                    .singleElement()
                    .asString()
                    .endsWith(" is for Relu: Clip hand back the plain gradient");
        }
        assertThat(warnings(convolution(true), "gradient", 1, 1, 4, 4)).isEmpty();
    }

    @Test
    void summary_everyMethod_fitsALine() {
        for (String name : Attributions.names()) {
            assertThat(Attributions.summary(name)).isNotBlank().hasSizeLessThan(100);
        }
        assertThatThrownBy(() -> Attributions.summary("nosuch"))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("gradient");
    }

    @Test
    void warnings_saturatedProbabilities_countThem() {
        Graph dense =
                NetworkBuilder.input("input", 4).seed(1).linear("logits", 3).build();
        double[] values = {1, -1, 1, 1, 1e4, -1e4, 1e4, 1e4, 0, 0, 0, 0};
        Array x = Array.of(values, 3, 4);
        String expected =
                "1 of 3 inputs are saturated: their probability is above 0.9999, so its gradient is nearly zero;"
                        + " explain the logit";
        try (Network network = Network.of(dense, Precision.FLOAT64)) {
            for (String method : List.of("gradient", "integrated-gradients", "lrp-epsilon")) {
                for (Quantity quantity : Quantity.values()) {
                    try (Explainer e = Attributions.of(method).on(network, Target.of(quantity))) {
                        boolean warns = quantity == Quantity.PROBABILITY || quantity == Quantity.LOG_PROBABILITY;
                        List<String> found = e.explain(x).warnings();
                        assertThat(found.contains(expected))
                                .as(method + quantity)
                                .isEqualTo(warns);
                        assertThat(found.stream().filter(w -> w.contains("saturated")))
                                .hasSize(warns ? 1 : 0);
                        int sure = e.explain(x).classes()[1];
                        int other = (sure + 1) % 3;
                        assertThat(e.explain(x, new int[] {other, other, other}).warnings())
                                .noneMatch(w -> w.contains("saturated"));
                    }
                }
            }
        }
    }
}
