package dev.qualm.network.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.qualm.QualmException;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.View;
import dev.qualm.network.Views;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.ElementType;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import dev.qualm.testkit.Close;
import dev.qualm.testkit.OrtOracle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxWriterTest {
    @TempDir
    Path folder;

    @Test
    void write_builtGraphs_readBackEqual() {
        for (Graph graph : SampleGraphs.all()) {
            Path file = folder.resolve("model.onnx");
            OnnxWriter.write(graph, file);
            assertThat(Network.read(file)).isEqualTo(graph);
            assertThat(Network.reader().read(OnnxWriter.toBytes(graph), null, "bytes"))
                    .isEqualTo(graph);
        }
    }

    @Test
    void write_conformanceModels_readBackEqual() {
        List<String> different = new ArrayList<>();
        for (ConformanceCases.Case c : ConformanceCases.all()) {
            Graph graph;
            try {
                graph = Network.read(c.model());
            } catch (UnsupportedModelException e) {
                continue; // refused: OnnxConformanceTest lists it
            }
            Graph back = Network.reader().read(OnnxWriter.toBytes(graph), null, c.name());
            Graph again = Network.reader().read(OnnxWriter.toBytes(back), null, c.name());
            if (!(hasWidened(graph) || back.equals(withTypes(graph))) || !again.equals(back)) {
                different.add(c.name());
            }
        }
        assertThat(different).isEmpty();
    }

    /** Casts to types that Qualm widens are written as two. */
    private static boolean hasWidened(Graph graph) {
        return graph.nodes().stream()
                .flatMap(n -> Stream.of("to", "dtype").map(n.attributes()::get))
                .anyMatch(code -> code instanceof Long c
                        && ValueInfos.widened(ElementType.of(c.intValue())).code() != c);
    }

    private static Graph withTypes(Graph graph) {
        return new Graph(
                graph.name(),
                graph.opsets(),
                graph.inputs().stream().map(OnnxWriterTest::widened).toList(),
                graph.outputs().stream().map(OnnxWriterTest::widened).toList(),
                graph.nodes(),
                graph.initializers());
    }

    private static ValueInfo widened(ValueInfo v) {
        return new ValueInfo(v.name(), ValueInfos.widened(v.type()), v.shape());
    }

    @Test
    void write_manyWeights_goToADataFile() throws IOException {
        Graph graph = SampleGraphs.residual();
        Path file = folder.resolve("big.onnx");
        OnnxWriter.write(graph, file, 100);

        ModelProto model = ModelProto.parseFrom(Files.readAllBytes(file));
        List<TensorProto> external = model.getGraph().getInitializerList().stream()
                .filter(t -> t.getDataLocation() == TensorProto.DataLocation.EXTERNAL)
                .toList();
        assertThat(external).isNotEmpty().allMatch(t -> !t.hasRawData());
        assertThat(folder.resolve("big.onnx.data")).exists();
        assertThat(Network.read(file)).isEqualTo(graph);

        Array x = Close.gaussian(1, 2, 3, 12, 12);
        Array expected = OrtOracle.run(OnnxWriter.toBytes(graph), Map.of("input", x), List.of("logits"))
                .get("logits");
        assertThat(OrtOracle.run(file, Map.of("input", x), List.of("logits")).get("logits"))
                .isEqualTo(expected);
    }

    @Test
    void write_changedNetworks_onnxRuntimeAgrees() {
        Graph graph = SampleGraphs.residual();
        Array weight = Close.gaussian(9, 5, 8);
        List<View> views = List.of(
                Views.weights(Map.of("logits.weight", weight)),
                Views.softplus(3),
                Views.foldBatchNorm(),
                Views.softplus(0.7).then(Views.foldBatchNorm()).then(Views.weights(Map.of("logits.weight", weight))));
        Array x = Close.gaussian(2, 4, 3, 12, 12);
        try (Network network = Network.of(graph, Precision.FLOAT32)) {
            for (View view : views) {
                try (Network changed = network.with(view)) {
                    byte[] bytes = OnnxWriter.toBytes(changed.graph());
                    Map<String, Array> ort = OrtOracle.run(bytes, Map.of("input", x), List.of("logits", "relu0"));
                    Map<String, Array> ours = changed.run(x, List.of("logits", "relu0"));
                    ort.forEach((name, a) -> assertThat(Close.relative(a, ours.getOrDefault(name, x)))
                            .as(name)
                            .isLessThan(1e-5));
                    try (Network back = Network.of(Network.reader().read(bytes, null, "b"), Precision.FLOAT32)) {
                        assertThat(Close.relative(changed.logits(x), back.logits(x)))
                                .isLessThan(1e-5);
                    }
                }
            }
        }
    }

    @Test
    void write_softplusInFloat64Graph_takesDoubleOperands() {
        Node soft = new Node(
                "y", Node.QUALM_DOMAIN, "Softplus", List.of("x"), List.of("y"), Attributes.NONE.with("beta", 2f));
        ValueInfo x = new ValueInfo("x", ElementType.DOUBLE, List.of(ValueInfo.Dim.of(3)));
        ValueInfo y = new ValueInfo("y", ElementType.DOUBLE, List.of(ValueInfo.Dim.of(3)));
        Graph graph = new Graph("g", Map.of("", 17L), List.of(x), List.of(y), List.of(soft), Map.of());

        // ONNX Runtime has no Softplus for doubles, so Qualm reads its own file.
        Graph back = Network.reader().read(OnnxWriter.toBytes(graph), null, "g");
        assertThat(back.nodes()).extracting(Node::op).containsExactly("Mul", "Softplus", "Div");
        double[] values = {-1, 0, 2};
        try (Network network = Network.of(back, Precision.FLOAT64)) {
            Array out = network.runWhole(Map.of("x", Array.of(values, 3)), List.of("y"))
                    .get("y");
            for (int i = 0; i < 3; i++) {
                assertThat(out.get(i)).isCloseTo(Math.log1p(Math.exp(2 * values[i])) / 2, offset(1e-14));
            }
        }
    }

    @Test
    void write_smoothMaxPool_isRefusedByName() {
        Graph smooth = Views.smoothMaxPool(4).apply(SampleGraphs.residual());
        Path file = folder.resolve("no.onnx");
        assertThatThrownBy(() -> OnnxWriter.write(smooth, file))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("SmoothMaxPool 'pool'");
        assertThat(file).doesNotExist();
    }

    @Test
    void write_intoNowhere_saysWhere() {
        Path file = folder.resolve("missing").resolve("m.onnx");
        assertThatThrownBy(() -> OnnxWriter.write(SampleGraphs.tabular(), file))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("m.onnx");
    }

    @Test
    void write_names_producerAndOpsetsAreStated() throws IOException {
        ModelProto model = ModelProto.parseFrom(OnnxWriter.toBytes(SampleGraphs.tabular()));
        assertThat(model.getProducerName()).isEqualTo("qualm");
        assertThat(model.getIrVersion()).isEqualTo(8);
        assertThat(model.getOpsetImport(0).getVersion()).isEqualTo(17);
        assertThat(model.getOpsetImportCount()).isEqualTo(1);
    }
}
