package dev.qualm.network.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelHashTest {
    @TempDir
    Path folder;

    @Test
    void of_bytes_isSha256() throws IOException {
        byte[] abc = "abc".getBytes(StandardCharsets.US_ASCII);
        Path file = Files.write(folder.resolve("abc"), abc);
        assertThat(ModelHash.of(abc))
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
                .isEqualTo(ModelHash.of(file));
    }

    @Test
    void of_graph_doesNotDependOnStorage() {
        Graph graph = SampleGraphs.residual();
        OnnxWriter.write(graph, folder.resolve("inline.onnx"));
        OnnxWriter.write(graph, folder.resolve("external.onnx"), 100);
        List<Node> backwards = new ArrayList<>(graph.nodes());
        Collections.reverse(backwards);
        assertThat(List.of(
                        ModelHash.of(Network.read(folder.resolve("inline.onnx"))),
                        ModelHash.of(Network.read(folder.resolve("external.onnx"))),
                        ModelHash.of(graph.withNodes(backwards))))
                .containsOnly(ModelHash.of(graph));
    }

    @Test
    void of_graph_changesWithEveryPart() {
        Graph graph = SampleGraphs.tabular();
        Set<String> hashes = new HashSet<>();
        hashes.add(ModelHash.of(graph));
        float[] bias = {0, 0, 0, Float.MIN_VALUE};
        hashes.add(ModelHash.of(graph.withInitializers(Map.of("fc2.bias", Array.of(bias, 4)))));
        hashes.add(ModelHash.of(graph.withInitializers(Map.of("fc2.bias", Array.of(new float[4], 4, 1)))));
        hashes.add(ModelHash.of(graph.withInitializers(Map.of("fc2.bias", Array.of(new int[4], 4)))));
        hashes.add(ModelHash.of(graph.withInitializers(Map.of("unused", Array.of(new int[4], 4)))));
        hashes.add(ModelHash.of(
                change(graph, n -> n.withAttributes(n.attributes().with("alpha", 0.5f)))));
        hashes.add(ModelHash.of(
                change(graph, n -> n.withAttributes(n.attributes().with("alpha", 0.25f)))));
        hashes.add(ModelHash.of(change(graph, n -> n.withAttributes(Attributes.NONE.with("alpha", 1L)))));
        hashes.add(ModelHash.of(change(graph, n -> Node.of("elu", "Selu", n.inputs(), n.attributes()))));
        hashes.add(ModelHash.of(
                new Graph("g", Map.of("", 13L), graph.inputs(), graph.outputs(), graph.nodes(), graph.initializers())));
        assertThat(hashes).hasSize(10);
    }

    private static Graph change(Graph graph, java.util.function.UnaryOperator<Node> change) {
        return graph.withNodes(graph.nodes().stream()
                .map(n -> n.name().equals("elu") ? change.apply(n) : n)
                .toList());
    }
}
