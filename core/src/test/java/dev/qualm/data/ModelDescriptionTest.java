package dev.qualm.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.UnreadableFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelDescriptionTest {
    private static final String FULL = """
            # a comment
            input: x
            output: logits
            output-kind: log-probabilities
            classes: [cat, 'no', 010, 1.50, ~x]
            preprocessing:
              resize: 256
              filter: bicubic
              crop: 224x224
              colour: rgb
              scale: 1/255
              mean: [0.485, 0.456, 0.406]
              std:
                - 0.229
                - 0.224
                - 0.225
              layout: nhwc
            """;

    @TempDir
    Path folder;

    private static ModelDescription parse(String yaml) {
        return ModelDescription.parse(yaml.getBytes(StandardCharsets.UTF_8), "model.yaml");
    }

    @Test
    void parse_everyKey_read() {
        assertThat(parse(FULL))
                .isEqualTo(new ModelDescription(
                        "x",
                        "logits",
                        OutputKind.LOG_PROBABILITIES,
                        List.of("cat", "no", "010", "1.50", "~x"),
                        Preprocessing.NONE
                                .withShorterSide(256)
                                .withFilter(Filter.BICUBIC)
                                .withCrop(224, 224)
                                .withColour(Colour.RGB)
                                .withScale(1 / 255.0)
                                .withMean(0.485, 0.456, 0.406)
                                .withStd(0.229, 0.224, 0.225)
                                .withLayout(Layout.NHWC)));
    }

    @Test
    void parse_nothing_empty() {
        assertThat(parse("")).isEqualTo(ModelDescription.EMPTY);
        assertThat(parse("# only a comment\n")).isEqualTo(ModelDescription.EMPTY);
        assertThat(parse("preprocessing:\n").preprocessing()).isEqualTo(Preprocessing.NONE);
    }

    @Test
    void toYaml_awkwardNames_readBackEqual() {
        ModelDescription d = parse(FULL)
                .withInput("a: b # c")
                .withOutput("- x")
                .withClasses(List.of(
                        "yes",
                        "null",
                        "~",
                        "1e3",
                        "0x10",
                        "é ß 漢字 😀",
                        "a\nb",
                        "tab\there",
                        "'",
                        "\"",
                        "[x]",
                        "{",
                        "*a",
                        "&a",
                        "!t",
                        "%",
                        "@",
                        "`",
                        "a,b",
                        "true",
                        "2020-01-01",
                        " lead",
                        "trail ",
                        "? q",
                        "| p",
                        "=",
                        "<<",
                        "\u0007"));
        assertThat(parse(d.toYaml())).isEqualTo(d);
    }

    @Test
    void toYaml_randomSettings_readBackEqual() {
        Random random = new Random(3);
        for (int trial = 0; trial < 300; trial++) {
            Preprocessing p =
                    Preprocessing.NONE.withScale(random.nextGaussian()).withMean(random.nextGaussian(), 1, -2);
            p = p.withStd(random.nextDouble() * 1e-7 + 1e-12).withFilter(Filter.values()[random.nextInt(5)]);
            p = random.nextBoolean()
                    ? p.withResize(1 + random.nextInt(300), 1 + random.nextInt(300))
                    : p.withShorterSide(9);
            p = random.nextBoolean()
                    ? p.withCrop(4, 5)
                    : p.withCrop(new Crop(1, 2, random.nextInt(9), random.nextInt(9)));
            ModelDescription d = ModelDescription.EMPTY.withPreprocessing(p);
            assertThat(parse(d.toYaml())).isEqualTo(d);
        }
    }

    @Test
    void write_thenBeside_found() throws IOException {
        Path model = folder.resolve("net.v2.onnx");
        assertThat(ModelDescription.beside(model)).isEqualTo(ModelDescription.EMPTY);
        ModelDescription d = ModelDescription.EMPTY.withClasses(List.of("a", "b"));
        d.write(ModelDescription.fileBeside(model));
        assertThat(folder.resolve("net.v2.yaml")).exists();
        assertThat(ModelDescription.beside(model)).isEqualTo(d);
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(1);
        }
    }

    private static void refused(String yaml, String... parts) {
        var error = assertThatThrownBy(() -> parse(yaml))
                .isInstanceOf(UnreadableFileException.class)
                .message();
        error.startsWith("model.yaml");
        error.contains(parts);
    }

    @Test
    void parse_mistakes_nameLineAndLegalKeys() {
        refused("input: x\nlabels: [a]\n", "line 2", "'labels'", "input, output, output-kind, classes, preprocessing");
        refused("preprocessing:\n  scale: 1\n  size: 3\n", "line 3", "'size'", "resize, filter, crop");
        refused("output-kind: softmax\n", "line 1", "logits, probabilities, log-probabilities", "'softmax'");
        refused("classes: cat\n", "expected a list of names", "a text");
        refused("classes: [a, [b]]\n", "expected a text as classes", "a list");
        refused("classes: [a, ]\ninput:\n", "line 2", "expected a text as input", "nothing");
        refused("input: ''\n", "an empty text");
        refused("input: {a: b}\n", "keys and values");
        refused("- a\n- b\n", "expected keys and values, but found a list");
        refused("preprocessing: 3\n", "under preprocessing");
        refused("preprocessing:\n  mean: {r: 1}\n", "expected a text as preprocessing.mean");
        refused("preprocessing:\n  mean: [1, x]\n", "line 2", "'x'");
        refused("preprocessing:\n  colour: grey\n  mean: [1, 2, 3]\n", "1 channels");
    }

    @Test
    void parse_trapsOfYaml_refused() {
        refused("input: a\ninput: b\n", "input");
        refused("input: &a x\noutput: *a\n", "anchors");
        refused("output: *a\n", "model.yaml");
        refused("input: !!java.net.URL [\"http://example.invalid\"]\n", "tags");
        refused("input: !local x\n", "tags");
        refused("input: a\n---\ninput: b\n", "second");
        refused("classes: [[[[[[[[a]]]]]]]]\n", "model.yaml");
        refused("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a]\n", "model.yaml");
        refused("input: \"unclosed\n", "malformed YAML");
        refused("\tinput: x\n", "malformed YAML");
        refused("input: x: y\n", "malformed YAML");
        refused("[".repeat(100_000), "model.yaml");
    }

    @Test
    void read_hugeFile_refused() throws IOException {
        Path file = folder.resolve("model.yaml");
        Files.write(file, new byte[(8 << 20) + 1]);
        assertThatThrownBy(() -> ModelDescription.read(file))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("larger file");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void parse_flippedBytes_descriptionOrOneKindOfError(int seed) {
        Random random = new Random(seed);
        byte[] good = FULL.getBytes(StandardCharsets.UTF_8);
        for (int trial = 0; trial < 2000; trial++) {
            byte[] bad = good.clone();
            for (int k = 1 + random.nextInt(5); k > 0; k--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            try {
                assertThat(ModelDescription.parse(bad, "bad.yaml").classes()).isNotNull();
            } catch (UnreadableFileException e) {
                assertThat(e).hasMessageStartingWith("bad.yaml");
            }
        }
    }
}
