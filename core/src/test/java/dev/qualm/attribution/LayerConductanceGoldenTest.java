package dev.qualm.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.testkit.Close;
import dev.qualm.testkit.Golden;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Conductance against the published code of Wu, Michel, Briot 2019 and Captum 0.8.0 (golden/README.md). */
class LayerConductanceGoldenTest {
    @ParameterizedTest
    @ValueSource(strings = {"n1-fmnist-cnn", "n2-rgb-resnet", "n3-tabular-mlp", "n4-avgpool-cnn", "n5-rgb-seq"})
    void reference_allActivations_equalsThePublishedCode(String net) {
        Map<String, Array> expected = byLayer(net, "seed.", ".f64");
        LayerConductance.Result found =
                explain(net, LayerConductance.reference().of(names(expected)));
        expected.forEach((layer, values) -> assertThat(
                        Close.relative(values, found.layers().get(layer)))
                .as(layer)
                .isLessThan(1e-9));
    }

    @ParameterizedTest
    @ValueSource(strings = {"n1-fmnist-cnn", "n2-rgb-resnet", "n3-tabular-mlp", "n4-avgpool-cnn", "n5-rgb-seq"})
    void captum_gaussLegendre_equalsCaptum(String net) {
        checkCaptum(net, "gl50", LayerConductance.captum(50), 1e-8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"n1-fmnist-cnn", "n2-rgb-resnet", "n3-tabular-mlp", "n4-avgpool-cnn", "n5-rgb-seq"})
    void captum_uniformNodes_equalsCaptum(String net) {
        // Captum's nodes come from a float32 linspace.
        checkCaptum(net, "trap20", LayerConductance.captum(20).along(Quadrature.trapezoid(20)), 2e-7);
    }

    private static void checkCaptum(String net, String key, LayerConductance method, double tolerance) {
        Map<String, Array> sums = byLayer(net, "captum." + key + ".", ".chansum.f64");
        LayerConductance.Result found = explain(net, method.of(names(sums)));
        sums.forEach((layer, values) -> {
            assertThat(Close.relative(values, found.layers().get(layer)))
                    .as(layer)
                    .isLessThan(tolerance);
            Array delta = byLayer(net, "captum." + key + ".", ".delta.f64").get(layer);
            Array residuals = Array.of(found.residuals().get(layer), values.dim(0));
            assertThat(gap(delta, residuals)).as(layer).isLessThan(1e-5);
        });
        Map<String, Array> each = byLayer(net, "captum." + key + ".", ".f64");
        LayerConductance.Result units =
                explain(net, method.with(LayerConductance.Positions.EACH).of(names(sums)));
        sums.keySet().forEach(layer -> {
            Array values = each.get(layer);
            Array first = units.layers().get(layer).slice(0, values.dim(0));
            assertThat(Close.relative(values, first)).as(layer).isLessThan(tolerance);
        });
    }

    private static double gap(Array a, Array b) {
        double gap = 0;
        for (int i = 0; i < a.size(); i++) {
            gap = Math.max(gap, Math.abs(a.get(i) - b.get(i)));
        }
        return gap;
    }

    private static LayerConductance.Result explain(String net, LayerConductance method) {
        Map<String, Array> io = Golden.arrays(net + "/io.npz");
        int[] classes = Arrays.stream(io.get("pred").toLongs())
                .mapToInt(Math::toIntExact)
                .toArray();
        try (Network network = Golden.network(net, Precision.FLOAT64);
                ConductanceExplainer explainer = method.on(network, Target.logit())) {
            return explainer.explain(io.get("input"), classes);
        }
    }

    private static String[] names(Map<String, Array> layers) {
        return layers.keySet().toArray(String[]::new);
    }

    private static Map<String, Array> byLayer(String net, String prefix, String suffix) {
        Map<String, Array> found = new LinkedHashMap<>();
        List<String> keys = new ArrayList<>();
        Golden.arrays(net + "/conductance.npz").forEach((key, a) -> {
            String rest = key.startsWith(prefix) && key.endsWith(suffix)
                    ? key.substring(prefix.length(), key.length() - suffix.length())
                    : "";
            if (!rest.isEmpty() && !rest.endsWith(".chansum") && !rest.endsWith(".delta")) {
                found.put(rest, a);
                keys.add(rest);
            }
        });
        assertThat(keys).isNotEmpty();
        return found;
    }
}
