package dev.qualm.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.array.Array;
import dev.qualm.network.engine.Precision;
import dev.qualm.testkit.Close;
import dev.qualm.testkit.Golden;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trained networks give the values that PyTorch gave. */
class GoldenNetworkTest {
    private static final double FLOAT64 = 1e-9;
    private static final double FLOAT32 = 1e-5;

    @ParameterizedTest
    @ValueSource(strings = {"n1-fmnist-cnn", "n2-rgb-resnet", "n3-tabular-mlp", "n4-avgpool-cnn", "n5-rgb-seq"})
    void run_goldenNetworks_logitsAndActivationsAgree(String name) {
        Map<String, Array> io = Golden.arrays(name + "/io.npz");
        Map<String, Array> activations = Golden.arrays(name + "/activations.npz");
        Array input = get(io, "input");
        for (Precision precision : Precision.values()) {
            double tolerance = precision == Precision.FLOAT64 ? FLOAT64 : FLOAT32;
            try (Network network = Golden.network(name, precision)) {
                assertThat(Close.relative(get(io, "logits.f64"), network.logits(input)))
                        .as(name + " logits, " + precision)
                        .isLessThan(tolerance);
                List<String> tensors = activations.keySet().stream()
                        .map(k -> k.replaceAll("\\.f64$", ""))
                        .toList();
                assertThat(network.graph().tensors()).containsAll(tensors);
                Map<String, Array> found = network.run(input, tensors);
                for (String t : tensors) {
                    Array expected = get(activations, t + ".f64");
                    assertThat(Close.relative(expected, corner(get(found, t), expected.shape())))
                            .as(name + " " + t + ", " + precision)
                            .isLessThan(tolerance);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"d1/model.onnx", "d2/model.onnx", "d2/folded.onnx"})
    void run_exportedNetworks_logitsAndFeaturesAgree(String model) {
        Map<String, Array> io = Golden.arrays(model.substring(0, 2) + "/io.npz");
        Array input = pixels(get(io, "x"));
        for (Precision precision : Precision.values()) {
            try (Network network = Network.load(Golden.path(model), precision)) {
                // The folded file rounds other weights to float32; the float32 tolerance is all that can be asked.
                boolean exact = precision == Precision.FLOAT64 && model.endsWith("model.onnx");
                assertThat(Close.relative(get(io, "logits_f64"), network.logits(input)))
                        .as(model + " " + precision)
                        .isLessThan(exact ? FLOAT64 : FLOAT32);
                Head head = network.structure().head();
                assertThat(head).isNotNull();
                String features = java.util.Objects.requireNonNull(head).features();
                Array found = get(network.run(input, List.of(features)), features);
                assertThat(Close.relative(get(io, "features"), found)).isLessThan(FLOAT32);
            }
        }
    }

    @Test
    void run_foldedView_keepsTheLogits() {
        Array input = get(Golden.arrays("n2-rgb-resnet/io.npz"), "input");
        try (Network network = Golden.network("n2-rgb-resnet", Precision.FLOAT64);
                Network folded = network.with(Views.foldBatchNorm())) {
            assertThat(folded.graph().nodes()).noneMatch(n -> n.op().equals("BatchNormalization"));
            // Folded weights are stored in float32.
            assertThat(Close.relative(network.logits(input), folded.logits(input)))
                    .isLessThan(FLOAT32);
        }
    }

    /** float32(x / 255), as the references were fed. */
    private static Array pixels(Array bytes) {
        float[] out = new float[bytes.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) bytes.get(i) / 255f;
        }
        return Array.of(out, bytes.shape());
    }

    /** The first rows and channels of an array, as many as {@code shape} says. */
    private static Array corner(Array a, int[] shape) {
        Array rows = a.slice(0, shape[0]);
        if (Arrays.equals(rows.shape(), shape)) {
            return rows;
        }
        int row = rows.size() / shape[0];
        int kept = Array.size(shape) / shape[0];
        double[] out = new double[Array.size(shape)];
        for (int i = 0; i < shape[0]; i++) {
            System.arraycopy(rows.toDoubles(), i * row, out, i * kept, kept);
        }
        return Array.of(out, shape);
    }

    private static Array get(Map<String, Array> map, String key) {
        return new HashMap<>(map).computeIfAbsent(key, k -> {
            throw new AssertionError("no array '" + k + "' in " + map.keySet());
        });
    }
}
