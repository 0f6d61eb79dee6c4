package dev.qualm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.qualm.array.Array;
import dev.qualm.data.ModelDescription;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import dev.qualm.network.onnx.ModelHash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectTest {
    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("model.onnx");
    }

    @Test
    void inspect_classifier_showsWhatDetectorsNeed() {
        TestModels.write(TestModels.cnn(1, 8, 3), file);
        CommandRun run = CommandRun.of("inspect", file);
        assertThat(run.code()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .contains("input  float32  [N, 1, 8, 8]")
                .contains("'logits' holds logits of 3 classes")
                .contains("Gemm 'logits', 64 features to 3 classes")
                .contains("'features'")
                .contains("gradients  to input 'input'\n")
                .contains("batches    any size")
                .contains("Layers with weights: 3, 243 parameters")
                .contains("Relu 1");
        assertThat(run.out().lines()).allMatch(l -> l.length() <= 110 && l.equals(l.stripTrailing()));
    }

    @Test
    void inspectJson_classifier_parsesBackWithEverything() {
        TestModels.write(TestModels.cnn(3, 8, 5), file);
        ModelDescription.EMPTY.withClasses(List.of("a", "b", "c", "d", "e")).write(ModelDescription.fileBeside(file));
        CommandRun run = CommandRun.of("inspect", file, "--json");
        assertThat(run.code()).isZero();
        JsonNode json = run.json();
        assertThat(json.at("/sha256").asText()).isEqualTo(ModelHash.of(file));
        assertThat(json.at("/opset").asInt()).isEqualTo(17);
        assertThat(json.at("/inputs/0/shape").toString()).isEqualTo("[\"N\",3,8,8]");
        assertThat(json.at("/classifier/holds").asText()).isEqualTo("logits");
        assertThat(json.at("/classifier/classes").asInt()).isEqualTo(5);
        assertThat(json.at("/classifier/classNames/4").asText()).isEqualTo("e");
        assertThat(json.at("/classifier/head/featureCount").asInt()).isEqualTo(64);
        assertThat(json.at("/classifier/gradients/reached").asBoolean()).isTrue();
        assertThat(json.at("/layers/0/outputShape").toString()).isEqualTo("[4,8,8]");
        assertThat(json.at("/layers/0/weights/0/shape").toString()).isEqualTo("[4,3,3,3]");
        assertThat(json.at("/activations").toString()).isEqualTo("[\"relu1\"]");
        assertThat(json.at("/parameters").asInt()).isEqualTo(4 * 27 + 4 + 8 + 64 * 5 + 5);
    }

    @Test
    void inspect_unsupportedOperator_listsItsNodesAndExitsWith1() {
        TestModels.write(TestModels.behind("com.acme", "Frobnicate", 3), file);
        CommandRun run = CommandRun.of("inspect", file);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out())
                .contains("Not supported: 1 operator, 1 node")
                .contains("com.acme:Frobnicate (1): first")
                .contains("input  float32  [N, 4]");
        assertThat(run.err()).contains("cannot run in Qualm").hasLineCount(1);
        JsonNode json = CommandRun.of("inspect", file, "--json").json();
        assertThat(json.at("/unsupported/0/nodes/0").asText()).isEqualTo("first");
        assertThat(json.at("/classifier").isNull()).isTrue();
    }

    @Test
    void inspect_quantisedModel_saysWhatToDo() {
        TestModels.write(TestModels.behind("", "DynamicQuantizeLinear", 3), file);
        assertThat(CommandRun.of("inspect", file).out())
                .contains("(quantised; use the model from before" + " quantisation)");
    }

    @Test
    void inspect_unsupportedAttribute_saysWhich() {
        Graph cnn = TestModels.cnn(1, 8, 3);
        List<Node> nodes = cnn.nodes().stream()
                .map(n ->
                        n.op().equals("Conv") ? n.withAttributes(n.attributes().with("auto_pad", "SIDEWAYS")) : n)
                .toList();
        TestModels.write(cnn.withNodes(nodes), file);
        CommandRun run = CommandRun.of("inspect", file);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("Not supported").contains("SIDEWAYS").contains("conv1");
    }

    @Test
    void inspect_manyUnsupportedNodes_cutsTheListUnlessAllIsAsked() {
        TestModels.write(chain("com.acme", "Frob", 60), file);
        String cut = CommandRun.of("inspect", file).out();
        assertThat(cut)
                .contains("com.acme:Frob (60)")
                .contains("48 more (--all shows them)")
                .doesNotContain("node59");
        assertThat(CommandRun.of("inspect", file, "--all").out())
                .contains("node59")
                .doesNotContain("--all shows");
    }

    @Test
    void inspect_manyLayers_showsTheFirstAndTheLast() {
        NetworkBuilder builder = NetworkBuilder.input("input", 4);
        for (int i = 0; i < 40; i++) {
            builder.linear("fc" + i, 4);
        }
        TestModels.write(builder.build(), file);
        String cut = CommandRun.of("inspect", file).out();
        assertThat(cut)
                .contains("fc0 ")
                .contains("... 15 more")
                .contains("fc39 ")
                .doesNotContain("fc25 ");
        assertThat(CommandRun.of("inspect", file, "--all").out()).contains("fc25 ");
    }

    @Test
    void inspect_roundedInput_saysThatNoGradientArrives() {
        TestModels.write(TestModels.behind("", "Round", 3), file);
        assertThat(CommandRun.of("inspect", file).out()).contains("none reach input 'input': cut off by Round (first)");
        JsonNode gradients = CommandRun.of("inspect", file, "--json").json().at("/classifier/gradients");
        assertThat(gradients.at("/reached").asBoolean()).isFalse();
        assertThat(gradients.at("/blockedBy/0/op").asText()).isEqualTo("Round");
    }

    @Test
    void inspect_tokens_refersGradientsToTheEmbedding() {
        TestModels.write(TestModels.tokens(), file);
        assertThat(CommandRun.of("inspect", file).out())
                .contains("ids  int64  [N, 3]")
                .contains("to 'embedded', the first float tensor after the input");
    }

    @Test
    void inspect_fixedBatch_saysOneSampleAtATime() {
        TestModels.write(TestModels.oneAtATime(), file);
        assertThat(CommandRun.of("inspect", file).out())
                .contains("'p' holds probabilities of 3 classes")
                .contains("logits     'logits'")
                .contains("one sample at a time");
    }

    @Test
    void inspect_openImageSize_triesUsualOnes() {
        Graph fixed = NetworkBuilder.input("input", 3, 8, 8)
                .conv("conv1", 4, 3, 1, 1)
                .globalAveragePool("gap")
                .flatten("flatten")
                .linear("logits", 2)
                .build();
        List<ValueInfo> open = List.of(ValueInfo.floats("input", -1, 3, -1, -1));
        TestModels.write(
                new Graph("open", fixed.opsets(), open, fixed.outputs(), fixed.nodes(), fixed.initializers()), file);
        assertThat(CommandRun.of("inspect", file).out())
                .contains("[N, 3, ?, ?]")
                .contains("logits of 2 classes")
                .contains("[N, 4, 224, 224]");
    }

    @Test
    void inspect_impossibleShape_saysWhyTheTrialFailed() {
        Map<String, Array> weights = Map.of("w", TestModels.random(5, 3));
        Graph graph = TestModels.graph(
                List.of(ValueInfo.floats("input", -1, 4)),
                List.of(Node.of("logits", "MatMul", List.of("input", "w"), Attributes.NONE)),
                weights,
                ValueInfo.floats("logits", -1, 3));
        TestModels.write(graph, file);
        CommandRun run = CommandRun.of("inspect", file);
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("A trial run with made-up data failed").contains("batches    unknown");
    }

    @Test
    void inspect_hugeInput_isNotTried() {
        Graph graph = TestModels.graph(
                List.of(ValueInfo.floats("input", -1, 1L << 40, 1L << 40)),
                List.of(Node.of("logits", "Relu", List.of("input"), Attributes.NONE)),
                Map.of(),
                ValueInfo.floats("logits", -1, 3));
        TestModels.write(graph, file);
        CommandRun run = CommandRun.of("inspect", file);
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("too large");
    }

    @Test
    void inspect_chosenOutput_isExplained() {
        TestModels.write(TestModels.cnn(1, 8, 3), file);
        assertThat(CommandRun.of("inspect", file, "--output", "features", "--output-kind", "probabilities")
                        .out())
                .contains("'features' holds probabilities of 64 classes");
        CommandRun wrong = CommandRun.of("inspect", file, "--output", "nosuch");
        assertThat(wrong.code()).isEqualTo(1);
        assertThat(wrong.out() + wrong.err()).contains("There is no output 'nosuch'");
    }

    @Test
    void inspect_zipInsteadOfModel_failsWithAMessage() throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("model"));
            zip.write(new byte[100]);
        }
        assertFails("not an ONNX model");
    }

    @Test
    void inspect_emptyFile_failsWithAMessage() throws IOException {
        Files.createFile(file);
        assertFails("not an ONNX model");
    }

    @Test
    void inspect_missingFile_failsWithAMessage() {
        assertFails("there is no such file");
    }

    @Test
    void inspect_folder_failsWithAMessage() throws IOException {
        Files.createDirectory(file);
        assertFails("is a folder");
    }

    @Test
    void inspect_truncatedModel_failsWithAMessage() throws IOException {
        TestModels.write(TestModels.cnn(1, 8, 3), file);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        assertFails("not an ONNX model");
    }

    @Test
    void inspect_damagedDescription_failsWithItsLine() throws IOException {
        TestModels.write(TestModels.cnn(1, 8, 3), file);
        Files.writeString(ModelDescription.fileBeside(file), "clases: [a]\n");
        assertFails("clases");
    }

    private void assertFails(String reason) {
        CommandRun run = CommandRun.of("inspect", file);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("qualm: ").contains(reason).doesNotContain("\tat ");
    }

    private static Graph chain(String domain, String op, int length) {
        List<Node> nodes = new ArrayList<>();
        String tensor = "input";
        for (int i = 0; i < length; i++) {
            nodes.add(new Node("node" + i, domain, op, List.of(tensor), List.of("t" + i), Attributes.NONE));
            tensor = "t" + i;
        }
        return TestModels.graph(
                List.of(ValueInfo.floats("input", -1, 4)), nodes, Map.of(), ValueInfo.floats(tensor, -1, 4));
    }
}
