package dev.qualm.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.qualm.array.Array;
import dev.qualm.data.Datasets;
import dev.qualm.data.ModelDescription;
import dev.qualm.network.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page on attribution tells the truth. */
class AttributionDocTest {
    private static final Path PAGE = Path.of("..", "docs", "attribution.md");
    private static final Path SOURCE =
            Path.of("src", "test", "java", "dev", "qualm", "attribution", "AttributionDocTest.java");

    private static void example(Path data) {
        Path model = data.resolve("models/fashion-mnist-8.onnx");
        try (Network network = Network.load(model)) {
            Array images = Datasets.open(data.resolve("fashion-mnist/test-images-2000-idx3-ubyte.gz"))
                    .with(ModelDescription.beside(model).preprocessing())
                    .batch(0, 4);
            try (Explainer explainer = Attributions.of("lrp-epsilon-plus").on(network, Target.logit())) {
                Explanation e =
                        explainer.explain(images); // of the predicted classes; explain(images, classes) for others
                Array heat = Reduction.SIGNED_SUM.of(e.relevance()); // [n, c, h, w] to [n, h, w]
                System.out.println(e.classes()[0] + ": " + e.status().get(0) + ", " + e.residuals()[0] + ", " + heat);
            }
            try (SmoothedMaps smooth = SmoothedMaps.of(Attributions.of("gradient"), network, Target.logit())) {
                Array map = smooth.at(10).explain(images).relevance(); // softplus of sharpness 10 for Relu
                System.out.println(map + ", first logit off by " + smooth.gap(images, 10)[0][0]);
            }
        }
    }

    @Test
    void example_ofThePage_runs() {
        assertThatCode(() -> example(Path.of("..", "data"))).doesNotThrowAnyException();
    }

    @Test
    void example_ofThePage_isTheOneTested() throws IOException {
        String page = Files.readString(PAGE);
        int from = page.indexOf("```java\n") + 8;
        // The first line says where the data are, from the repository's root.
        List<String> code = words(
                page.substring(from, page.indexOf("```", from)).lines().skip(1).toList());
        assertThat(String.join(" ", words(Files.readAllLines(SOURCE)))).contains(String.join(" ", code));
    }

    private static List<String> words(List<String> lines) {
        return lines.stream()
                .flatMap(l -> List.of(l.strip().split("\\s+")).stream())
                .toList();
    }

    @Test
    void page_namesEveryMethod() throws IOException {
        String page = Files.readString(PAGE);
        for (String name : Attributions.names()) {
            assertThat(page).as(name).containsPattern("(### [a-z, -]*" + name + "|\\| `" + name + "` \\|)");
        }
    }
}
