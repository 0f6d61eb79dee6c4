package dev.qualm.network.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import dev.qualm.UnreadableFileException;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.ElementType;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxReaderTest {
    @TempDir
    Path folder;

    @Test
    void read_newerFormatThanTheParser_isRead() {
        Graph graph = read(model(graph().addNode(node("Relu", "x", "y"))).setIrVersion(99));
        assertThat(graph.nodes()).extracting(Node::op).containsExactly("Relu");
    }

    @Test
    void read_newerOperatorSet_isRefused() {
        ModelProto.Builder model = model(graph().addNode(node("Relu", "x", "y")));
        model.getOpsetImportBuilder(0).setVersion(OnnxReader.NEWEST_OPSET + 1);
        assertThatThrownBy(() -> read(model))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("operator set version 25");
    }

    @Test
    void read_severalProblems_oneErrorListsAll() {
        GraphProto.Builder g = graph().addNode(
                        node("Nonsense", "x", "a").toBuilder().setName("first"))
                .addNode(node("Nonsense", "a", "b").toBuilder().setName("second"))
                .addNode(node("MatMulInteger", "b", "c"))
                .addNode(node("ZipMap", "c", "d").toBuilder().setDomain("ai.onnx.ml"))
                .addNode(node("Relu", "d", "y").toBuilder()
                        .addAttribute(AttributeProto.newBuilder()
                                .setName("body")
                                .setType(AttributeType.GRAPH)
                                .setG(GraphProto.newBuilder())))
                .addInitializer(
                        TensorProto.newBuilder().setName("words").setDataType(8).addDims(0))
                .addInitializer(TensorProto.newBuilder()
                        .setName("later")
                        .setDataType(23)
                        .addDims(0));
        assertThatThrownBy(() -> read(model(g)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("Nonsense: 2 nodes 'first', 'second'")
                .hasMessageContaining("MatMulInteger: 1 node 'c' (quantised")
                .hasMessageContaining("ai.onnx.ml:ZipMap: 1 node 'd' (classical")
                .hasMessageContaining("'words': element type STRING")
                .hasMessageContaining("'later': element type number 23")
                .hasMessageContaining("node 'y', attribute 'body': values of type GRAPH");
    }

    @Test
    void read_namesOfNodes_areUniqueAndStable() {
        Graph graph =
                read(model(graph().addNode(node("Relu", "x", "a").toBuilder().setName("n"))
                        .addNode(node("Relu", "a", "b").toBuilder().setName("n"))
                        .addNode(node("Relu", "b", "c").toBuilder().setName("n#2"))
                        .addNode(node("Relu", "c", "y"))));
        assertThat(graph.nodes()).extracting(Node::name).containsExactly("n", "n#3", "n#2", "y");
    }

    @Test
    void read_nodesOutOfOrder_areSortedAndCopiesOfWeightsVanish() {
        Graph graph = read(model(graph().addNode(node("Add", "t", "y", "w2"))
                .addNode(node("Relu", "x", "t"))
                .addNode(node("Identity", "w1", "w2"))
                .addNode(node("Identity", "w", "w1"))
                .addInitializer(floats("w", 3))));
        assertThat(graph.nodes()).extracting(Node::op).containsExactly("Relu", "Add");
        assertThat(graph.nodes().get(1).inputs()).containsExactly("t", "w");
    }

    @Test
    void read_identitiesInACircle_areReportedAsACycle() {
        GraphProto.Builder g = graph().addNode(node("Identity", "b", "a"))
                .addNode(node("Identity", "a", "b"))
                .addNode(node("Add", "x", "y", "a"));
        assertThatThrownBy(() -> read(model(g)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("cycle");
    }

    @Test
    void read_tensorProducedTwice_isRefused() {
        GraphProto.Builder g = graph().addNode(node("Relu", "x", "y")).addNode(node("Identity", "x", "y"));
        assertThatThrownBy(() -> read(model(g)))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("'y' is produced twice");
    }

    @Test
    void read_initializerListedAsInput_isNoInput() {
        Graph graph = read(model(graph().addInput(ValueInfos.write(ValueInfo.floats("w", 3)))
                .addNode(node("Add", "x", "y", "w"))
                .addInitializer(floats("w", 3))));
        assertThat(graph.inputs()).extracting(ValueInfo::name).containsExactly("x");
    }

    @Test
    void read_localFunctions_areSpelledOut() {
        FunctionProto scaled = FunctionProto.newBuilder()
                .setDomain("mine")
                .setName("Scaled")
                .addInput("a")
                .addOutput("out")
                .addAttribute("slope")
                .addOpsetImport(opset("", 17))
                .addNode(node("LeakyRelu", "a", "hidden").toBuilder()
                        .setName("leaky")
                        .addAttribute(AttributeProto.newBuilder()
                                .setName("alpha")
                                .setRefAttrName("slope")
                                .setType(AttributeType.FLOAT)))
                .addNode(node("Add", "hidden", "out", "a"))
                .build();
        FunctionProto twice = FunctionProto.newBuilder()
                .setDomain("mine")
                .setName("Twice")
                .addInput("a")
                .addOutput("out")
                .addNode(scaledCall("a", "middle", 0.5f))
                .addNode(scaledCall("middle", "out", 0.25f))
                .build();
        ModelProto.Builder model = model(
                        graph().addNode(call("Twice", "x", "t")).addNode(call("Twice", "t", "y")))
                .addOpsetImport(opset("mine", 1))
                .addFunctions(scaled)
                .addFunctions(twice);
        Graph graph = read(model);
        assertThat(graph.nodes()).hasSize(8).extracting(Node::domain).containsOnly("");
        assertThat(graph.nodes()).extracting(Node::name).doesNotHaveDuplicates();
        try (Network network = Network.of(graph, Precision.FLOAT32)) {
            Array y = network.runWhole(Map.of("x", Array.of(new float[] {-1, 0, 2}, 3)), List.of("y"))
                    .get("y");
            // Negative numbers are multiplied by 1.5 and 1.25, positive ones doubled, all twice over.
            assertThat(y.floats()).containsExactly(-1.5f * 1.25f * 1.5f * 1.25f, 0, 32);
        }
    }

    private static NodeProto scaledCall(String in, String out, float slope) {
        return call("Scaled", in, out).toBuilder()
                .addAttribute(AttributeProto.newBuilder()
                        .setName("slope")
                        .setType(AttributeType.FLOAT)
                        .setF(slope))
                .build();
    }

    private static NodeProto call(String function, String in, String out) {
        return node(function, in, out).toBuilder().setDomain("mine").build();
    }

    @Test
    void read_functionThatCallsItself_isRefused() {
        ModelProto.Builder model = model(graph().addNode(call("Loop", "x", "y")))
                .addFunctions(FunctionProto.newBuilder()
                        .setDomain("mine")
                        .setName("Loop")
                        .addInput("a")
                        .addOutput("b")
                        .addNode(call("Loop", "a", "b")));
        assertThatThrownBy(() -> read(model))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("call themselves");
    }

    @Test
    void read_functionsThatDoubleEachOther_areRefused() {
        ModelProto.Builder model = model(graph().addNode(call("F0", "x", "y")));
        for (int i = 0; i < 30; i++) {
            String next = i == 29 ? "Relu" : "F" + (i + 1);
            String domain = i == 29 ? "" : "mine";
            model.addFunctions(FunctionProto.newBuilder()
                    .setDomain("mine")
                    .setName("F" + i)
                    .addInput("a")
                    .addOutput("c")
                    .addNode(node(next, "a", "b").toBuilder().setDomain(domain))
                    .addNode(node(next, "b", "c").toBuilder().setDomain(domain)));
        }
        assertThatThrownBy(() -> read(model))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("100000 nodes");
    }

    @Test
    void read_sparseInitializers_areSpelledOut() {
        SparseTensorProto flat = sparse("flat", new long[] {1, 5}, new long[] {2});
        SparseTensorProto perAxis = sparse("pairs", new long[] {0, 1, 1, 2}, new long[] {2, 2});
        Graph graph = read(model(
                graph().addSparseInitializer(flat).addSparseInitializer(perAxis).addNode(node("Relu", "x", "y"))));
        Array expected = Array.of(new float[] {0, 7, 0, 0, 0, 8}, 2, 3);
        assertThat(graph.initializers().get("flat")).isEqualTo(expected);
        assertThat(graph.initializers().get("pairs")).isEqualTo(expected);
    }

    @Test
    void read_sparseIndexOutside_isRefused() {
        GraphProto.Builder g = graph().addSparseInitializer(sparse("s", new long[] {1, 6}, new long[] {2}));
        assertThatThrownBy(() -> read(model(g)))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("sparse index 6");
    }

    private static SparseTensorProto sparse(String name, long[] indices, long[] shape) {
        TensorProto.Builder at = TensorProto.newBuilder().setDataType(ElementType.INT64.code());
        Arrays.stream(shape).forEach(at::addDims);
        Arrays.stream(indices).forEach(at::addInt64Data);
        return SparseTensorProto.newBuilder()
                .addDims(2)
                .addDims(3)
                .setIndices(at)
                .setValues(TensorProto.newBuilder()
                        .setName(name)
                        .setDataType(ElementType.FLOAT.code())
                        .addDims(2)
                        .addFloatData(7)
                        .addFloatData(8))
                .build();
    }

    @Test
    void read_claimedElementsWithoutData_areRefusedBeforeAllocation() {
        for (long[] dims : new long[][] {{1L << 40}, {1 << 20, 1 << 11}, {1 << 20, 1 << 20}, {-1}, {1 << 30}}) {
            TensorProto.Builder t = TensorProto.newBuilder().setName("w").setDataType(1);
            Arrays.stream(dims).forEach(t::addDims);
            assertThatThrownBy(() -> read(model(graph().addInitializer(t))))
                    .isInstanceOf(UnreadableFileException.class)
                    .hasMessageContaining("'w'");
        }
    }

    @Test
    void read_externalDataOutsideTheFolder_isRefused() throws IOException {
        Path inside = Files.createDirectory(folder.resolve("model"));
        Files.write(folder.resolve("secret.bin"), new byte[12]);
        Files.createSymbolicLink(inside.resolve("link.bin"), folder.resolve("secret.bin"));
        for (String location :
                List.of("../secret.bin", folder.resolve("secret.bin").toString(), "link.bin", "", "a\u0000b", "..")) {
            Path file = inside.resolve("m.onnx");
            Files.write(file, external(location, 0, 12).build().toByteArray());
            assertThatThrownBy(() -> Network.read(file))
                    .as(location)
                    .isInstanceOf(UnreadableFileException.class)
                    .hasMessageContaining("inside the model's folder");
        }
    }

    @Test
    void read_externalDataBeyondTheFile_isRefused() throws IOException {
        Files.write(folder.resolve("w.bin"), new byte[20]);
        for (long[] range : new long[][] {{12, 12}, {-1, 12}, {Long.MAX_VALUE, 12}, {0, 16}}) {
            Path file = Files.write(
                    folder.resolve("m.onnx"),
                    external("w.bin", range[0], range[1]).build().toByteArray());
            assertThatThrownBy(() -> Network.read(file)).isInstanceOf(UnreadableFileException.class);
        }
        Path good = Files.write(
                folder.resolve("m.onnx"), external("w.bin", 8, 12).build().toByteArray());
        assertThat(Network.read(good).initializers().get("w")).isEqualTo(Array.of(new float[3], 3));
    }

    @Test
    void read_sameExternalDataManyTimes_staysOneArrayOrIsRefused() throws IOException {
        Files.write(folder.resolve("w.bin"), new byte[64]);
        ModelProto.Builder same = external("w.bin", 0, 12);
        ModelProto.Builder shifted = external("w.bin", 0, 12);
        for (int i = 1; i < 50; i++) {
            same.getGraphBuilder().addInitializer(externalTensor("w" + i, "w.bin", 0, 12));
            shifted.getGraphBuilder().addInitializer(externalTensor("w" + i, "w.bin", i, 12));
        }
        Path file = folder.resolve("m.onnx");
        Files.write(file, same.build().toByteArray());
        Graph graph = Network.read(file);
        assertThat(graph.initializers().values())
                .hasSize(50)
                .allMatch(a -> a == graph.initializers().get("w"));
        Files.write(file, shifted.build().toByteArray());
        assertThatThrownBy(() -> Network.read(file))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("times over");
    }

    @Test
    void read_otherFiles_sayWhatTheyAre() {
        assertThatThrownBy(() -> Network.reader().read(bytes("PK\u0003\u0004zip"), null, "model.pt"))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("zip");
        assertThatThrownBy(() -> Network.reader().read(new byte[0], null, "empty.onnx"))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("empty");
        assertThatThrownBy(() -> Network.reader().read(bytes("<html>"), null, "model.onnx"))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("web page");
        assertThatThrownBy(() -> Network.read(folder.resolve("none.onnx")))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("none.onnx");
    }

    @Test
    void read_deeplyNestedMessages_areRefused() {
        GraphProto.Builder g = GraphProto.newBuilder();
        for (int i = 0; i < 200; i++) {
            g = GraphProto.newBuilder()
                    .addNode(NodeProto.newBuilder()
                            .setOpType("Relu")
                            .addAttribute(AttributeProto.newBuilder()
                                    .setName("g")
                                    .setType(AttributeType.GRAPH)
                                    .setG(g)));
        }
        ModelProto.Builder model = model(g);
        assertThatThrownBy(() -> read(model)).isInstanceOf(UnreadableFileException.class);
    }

    private ModelProto.Builder external(String location, long offset, long length) {
        return model(graph().addNode(node("Add", "x", "y", "w"))
                .addInitializer(externalTensor("w", location, offset, length)));
    }

    private static TensorProto externalTensor(String name, String location, long offset, long length) {
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(1)
                .addDims(3)
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(entry("location", location))
                .addExternalData(entry("offset", Long.toString(offset)))
                .addExternalData(entry("length", Long.toString(length)))
                .build();
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static Graph read(ModelProto.Builder model) {
        return Network.reader().read(model.build().toByteArray(), null, "model.onnx");
    }

    private static ModelProto.Builder model(GraphProto.Builder graph) {
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(opset("", 17))
                .setGraph(graph);
    }

    private static OperatorSetIdProto opset(String domain, long version) {
        return OperatorSetIdProto.newBuilder()
                .setDomain(domain)
                .setVersion(version)
                .build();
    }

    private static GraphProto.Builder graph() {
        return GraphProto.newBuilder()
                .setName("g")
                .addInput(ValueInfos.write(ValueInfo.floats("x", 3)))
                .addOutput(ValueInfos.write(ValueInfo.floats("y", 3)));
    }

    private static NodeProto node(String op, String in, String out, String... more) {
        return NodeProto.newBuilder()
                .setOpType(op)
                .addInput(in)
                .addAllInput(List.of(more))
                .addOutput(out)
                .build();
    }

    private static TensorProto floats(String name, int n) {
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(1)
                .addDims(n)
                .setRawData(ByteString.copyFrom(new byte[4 * n]))
                .build();
    }
}
