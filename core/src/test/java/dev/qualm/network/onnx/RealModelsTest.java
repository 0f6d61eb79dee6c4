package dev.qualm.network.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.Recording;
import dev.qualm.network.Tape;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import dev.qualm.testkit.Close;
import dev.qualm.testkit.OrtOracle;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Trained models of other people, from Maven Central: a Paddle export with Constant weights, and a sentence encoder. */
class RealModelsTest {
    private static final String TEXT_DIRECTION = "/models/ch_ppocr_mobile_v2.0_cls_infer.onnx";
    private static final String SENTENCES = "/all-minilm-l6-v2.onnx";

    @Test
    void textDirection_forward_equalsOnnxRuntime() throws IOException {
        byte[] model = bytes(TEXT_DIRECTION);
        for (int batch : new int[] {1, 3}) {
            forwardEqual(model, Map.of("x", Close.gaussian(batch, batch, 3, 48, 192)));
        }
    }

    @Test
    void textDirection_gradient_equalsCentralDifferences() throws IOException {
        Graph graph = Network.reader().read(bytes(TEXT_DIRECTION), null, TEXT_DIRECTION);
        gradientEqual(graph, Map.of("x", Close.gaussian(4, 1, 3, 48, 192).asFloat64()), "x");
    }

    @Test
    void sentences_forward_equalsOnnxRuntime() throws IOException {
        byte[] model = bytes(SENTENCES);
        for (int batch : new int[] {1, 3}) {
            forwardEqual(model, tokens(batch, 7));
        }
    }

    @Test
    void sentences_gradient_equalsCentralDifferences() throws IOException {
        Graph graph = Network.reader().read(bytes(SENTENCES), null, SENTENCES);
        Map<String, Array> feeds = tokens(2, 4);
        String embeddings;
        Array value;
        try (Network network = Network.of(graph, Precision.FLOAT64)) {
            embeddings = network.structure().differentiable();
            value = network.run(feeds, List.of(embeddings)).getOrDefault(embeddings, Array.of(new float[1]));
        }
        assertThat(value.shape()).containsExactly(2, 4, 384);
        Map<String, Array> all = new HashMap<>(feeds);
        all.put(embeddings, value);
        gradientEqual(startingAt(graph, embeddings), all, embeddings);
    }

    private static Map<String, Array> tokens(int batch, int length) {
        long[] mask = new long[batch * length];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = i % length < length - i / length ? 1 : 0; // later rows are shorter
        }
        return Map.of(
                "input_ids",
                Close.integers(batch, 30522, batch, length),
                "attention_mask",
                Array.of(mask, batch, length),
                "token_type_ids",
                Array.of(new long[batch * length], batch, length));
    }

    private static void forwardEqual(byte[] model, Map<String, Array> feeds) {
        Graph graph = Network.reader().read(model, null, "model.onnx");
        List<String> outputs = graph.outputs().stream().map(ValueInfo::name).toList();
        Map<String, Array> expected = OrtOracle.run(model, feeds, outputs);
        try (Network network = Network.of(graph, Precision.FLOAT32)) {
            Map<String, Array> found = network.run(feeds, outputs);
            assertThat(found).hasSize(outputs.size());
            found.forEach((name, a) -> assertThat(Close.relative(expected.getOrDefault(name, a), a))
                    .as(name)
                    .isLessThan(1e-4));
        }
    }

    /** The graph with one of its tensors as an input in place of the node that makes it. */
    private static Graph startingAt(Graph graph, String tensor) {
        List<ValueInfo> inputs = new ArrayList<>(graph.inputs());
        inputs.add(ValueInfo.floats(tensor, -1, -1, -1));
        List<Node> nodes = graph.nodes().stream()
                .filter(n -> !n.outputs().contains(tensor))
                .toList();
        return new Graph(graph.name(), graph.opsets(), inputs, graph.outputs(), nodes, graph.initializers());
    }

    private static void gradientEqual(Graph graph, Map<String, Array> feeds, String at) {
        Random random = new Random(8);
        try (Network network = Network.of(graph, Precision.FLOAT64)) {
            assertThat(network.structure().differentiable()).isEqualTo(at);
            String logits = network.structure().logits();
            Array x = feeds.getOrDefault(at, Array.of(new double[1]));
            double[] cotangent;
            Array gradient;
            try (Tape tape = Tape.record(network, feeds, Recording.ofInput(network))) {
                cotangent = random.doubles(tape.array(logits).size(), -1, 1).toArray();
                int rows = tape.array(logits).dim(0);
                gradient = tape.gradient(Array.of(cotangent, rows, cotangent.length / rows), at);
            }
            double scale = 0;
            for (double g : gradient.doubles()) {
                scale = Math.max(scale, Math.abs(g));
            }
            assertThat(scale).isPositive();
            for (int k = 0; k < 6; k++) {
                int i = random.nextInt(x.size());
                double step = 1e-5;
                double slope = (value(network, feeds, at, i, step, logits, cotangent)
                                - value(network, feeds, at, i, -step, logits, cotangent))
                        / (2 * step);
                assertThat(Math.abs(slope - gradient.get(i))).as(at + " " + i).isLessThan(1e-6 * scale);
            }
        }
    }

    private static double value(
            Network network, Map<String, Array> feeds, String at, int i, double step, String logits, double[] weights) {
        Array x = feeds.getOrDefault(at, Array.of(new double[1]));
        double[] moved = x.toDoubles().clone();
        moved[i] += step;
        Map<String, Array> all = new HashMap<>(feeds);
        all.put(at, Array.of(moved, x.shape()));
        double[] out = network.run(all, List.of(logits)).getOrDefault(logits, x).toDoubles();
        double sum = 0;
        for (int j = 0; j < out.length; j++) {
            sum += weights[j] * out[j];
        }
        return sum;
    }

    private static byte[] bytes(String resource) throws IOException {
        try (InputStream in = RealModelsTest.class.getResourceAsStream(resource)) {
            assertThat(in).as(resource).isNotNull();
            return in.readAllBytes();
        }
    }
}
