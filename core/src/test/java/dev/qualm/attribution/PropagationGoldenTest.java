package dev.qualm.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.testkit.Close;
import dev.qualm.testkit.Golden;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Reverse passes by rules against Zennit 1.0.0 and Captum 0.8.0 (golden/README.md). */
class PropagationGoldenTest {
    private static final List<String> NETS =
            List.of("n1-fmnist-cnn", "n2-rgb-resnet", "n3-tabular-mlp", "n4-avgpool-cnn", "n5-rgb-seq");

    /** The composites under the names of zennit.npz. */
    private static Map<String, Attribution> zennit(Map<String, Array> io) {
        Map<String, Attribution> all = new LinkedHashMap<>();
        all.put("epsilon", lrp(Composite.uniform("epsilon", Rules.epsilon(1e-6))));
        all.put("epsilon_0.25", lrp(Composite.uniform("epsilon", Rules.epsilon(0.25))));
        all.put("gamma_0.25", lrp(Composite.uniform("gamma", Rules.gamma(0.25))));
        all.put("zplus", lrp(Composite.uniform("z-plus", Rules.zPlus())));
        all.put("zplus_nobias", lrp(Composite.uniform("z-plus", Rules.zPlus().withoutBias())));
        all.put("alpha2_beta1", lrp(Composite.uniform("alpha-beta", Rules.alphaBeta(2, 1))));
        all.put("epsilon_plus_wsquare", lrp(first(Rules.wSquare(), Rules.zPlus())));
        all.put("epsilon_plus", lrp(Composite.of("epsilon-plus", Rules.zPlus())));
        all.put("epsilon_plus_flat", lrp(first(Rules.flat(), Rules.zPlus())));
        all.put("epsilon_alpha2_beta1", lrp(Composite.of("epsilon-alpha2-beta1", Rules.alphaBeta(2, 1))));
        all.put("epsilon_alpha2_beta1_flat", lrp(first(Rules.flat(), Rules.alphaBeta(2, 1))));
        if (io.containsKey("low")) {
            Bounds box = new Bounds(io.get("low").toDoubles(), io.get("high").toDoubles());
            Composite gammaBox =
                    Composite.of("gamma-box", Selector.of(NodeKind.CONVOLUTION), Rules.zBox(), Rules.gamma(0.25));
            all.put("epsilon_gamma_box", Propagation.of("lrp", gammaBox).within(box));
        }
        all.put("guided_backprop", lrp(Composite.gradient("guided-backprop", NodeRule.Plain.GUIDED)));
        all.put("deconvnet", lrp(Composite.gradient("deconvnet", NodeRule.Plain.DECONVNET)));
        all.put("excitation_backprop", lrp(Composite.excitation()));
        all.put("beta_smooth_10", lrp(Composite.gradient("beta-smooth", new NodeRule.BetaSmooth(10))));
        all.put("beta_smooth_1", lrp(Composite.gradient("beta-smooth", new NodeRule.BetaSmooth(1))));
        return all;
    }

    private static Composite first(Rule ofFirst, Rule ofConvolutions) {
        return Composite.of("first", Selector.linear(), ofFirst, ofConvolutions);
    }

    private static Attribution lrp(Composite composite) {
        return Propagation.of("lrp", composite);
    }

    static Stream<Arguments> zennitCases() {
        List<Arguments> cases = new ArrayList<>();
        for (String net : NETS) {
            Map<String, Array> expected = Golden.arrays(net + "/zennit.npz");
            zennit(Golden.arrays(net + "/io.npz")).forEach((key, method) -> {
                if (expected.containsKey(key + ".f64")) {
                    cases.add(Arguments.of(net, key, method));
                }
            });
        }
        assertThat(cases).hasSizeGreaterThan(80);
        return cases.stream();
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("zennitCases")
    void maps_ofComposite_equalZennits(String net, String key, Attribution method) {
        compare(net, method, Golden.arrays(net + "/zennit.npz").get(key + ".f64"), 1e-9);
    }

    static Stream<Arguments> captumCases() {
        Map<String, Attribution> methods = new LinkedHashMap<>();
        methods.put("saliency.signed.f64", new GradientMap(false));
        methods.put("input_x_gradient.f64", new GradientMap(true));
        methods.put("guided_backprop.f64", lrp(Composite.gradient("guided-backprop", NodeRule.Plain.GUIDED)));
        methods.put("deconvolution.f64", lrp(Composite.gradient("deconvnet", NodeRule.Plain.DECONVNET)));
        return NETS.stream()
                .flatMap(net -> methods.entrySet().stream().map(m -> Arguments.of(net, m.getKey(), m.getValue())));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("captumCases")
    void maps_ofGradientMethod_equalCaptums(String net, String key, Attribution method) {
        compare(net, method, Golden.arrays(net + "/captum.npz").get(key), 1e-9);
    }

    private static void compare(String net, Attribution method, Array expected, double tolerance) {
        Array input = Golden.arrays(net + "/io.npz").get("input").slice(0, expected.dim(0));
        try (Network network = Golden.network(net, Precision.FLOAT64);
                Explainer explainer = method.on(network, Target.logit())) {
            assertThat(Close.relative(expected, explainer.explain(input).relevance()))
                    .as(net + " " + method)
                    .isLessThan(tolerance);
        }
        try (Network network = Golden.network(net, Precision.FLOAT32);
                Explainer explainer = method.on(network, Target.logit())) {
            Array single = explainer.explain(input).relevance();
            assertThat(single.shape()).isEqualTo(expected.shape());
        }
    }
}
