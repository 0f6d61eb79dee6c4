package dev.qualm.detect.fitted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.qualm.data.Dataset;
import dev.qualm.data.Datasets;
import dev.qualm.data.ModelDescription;
import dev.qualm.detect.ScoreTable;
import dev.qualm.detect.Scorer;
import dev.qualm.network.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page on detectors tells the truth. */
class DetectorsDocTest {
    private static final Path PAGE = Path.of("..", "docs", "detectors.md");
    private static final Path SOURCE =
            Path.of("src", "test", "java", "dev", "qualm", "detect", "fitted", "DetectorsDocTest.java");
    private static final Path DATA = Path.of("..", "data");

    private static void example(Path data) {
        Path model = data.resolve("models/fashion-mnist-8.onnx");
        Dataset training = Datasets.open(data.resolve("fashion-mnist/train-images-6000-idx3-ubyte.gz"))
                .renumberClasses(0, 1, 2, 3, 4, 6, 7, 9) // the classes that the model knows
                .with(ModelDescription.beside(model).preprocessing());
        Dataset images = Datasets.open(data.resolve("fashion-mnist/test-images-2000-idx3-ubyte.gz"))
                .with(ModelDescription.beside(model).preprocessing());
        try (Network network = Network.load(model)) {
            List<Detector> chosen =
                    Stream.of("gen", "fdbd", "knn:k=10").map(Detectors::parse).toList();
            FittedDetectors fitted = DetectorFit.fit(network, training.take(500), true, chosen, 2, done -> {});
            fitted.requireUnseen(images.take(100)); // fitted.save(file); FittedDetectors.load(file, network)
            ScoreTable table = Scorer.of(network, List.copyOf(fitted.scores())).score(images.take(100));
            System.out.println(table.of("knn:k=10")[0]);
        }
    }

    @Test
    void example_runs() {
        assertThatCode(() -> example(DATA)).doesNotThrowAnyException();
    }

    @Test
    void page_example_isTheCodeThatRuns() throws IOException {
        String source = Files.readString(SOURCE);
        int from = source.indexOf("    private static void example");
        String body = source.substring(source.indexOf('\n', from) + 1, source.indexOf("\n    }\n", from));
        String shown = body.lines().map(l -> l.replaceFirst("^ {8}", "")).collect(Collectors.joining("\n"));
        assertThat(Files.readString(PAGE)).contains("```java\n" + shown + "\n```");
    }

    @Test
    void page_table_listsEveryDetectorWithItsDefaults() throws IOException {
        String page = Files.readString(PAGE);
        for (Detectors.Entry e : Detectors.all()) {
            assertThat(page).contains(row(e));
        }
        assertThat(page.lines().filter(l -> l.matches("\\| `[a-z-]+` \\|.*")))
                .hasSize(Detectors.all().size());
    }

    static String row(Detectors.Entry e) {
        About about = e.about();
        return "| `" + about.name() + "` | " + about.question() + " | " + about.paper() + " | "
                + Settings.lower(about.published()) + " | "
                + e.defaults().values().entrySet().stream()
                        .map(d -> "`" + d.getKey() + "=" + d.getValue() + "`")
                        .collect(Collectors.joining(" "))
                + " | "
                + about.reads().stream().map(Settings::lower).collect(Collectors.joining(", ")) + " | "
                + Detectors.parse(about.name()).cost() + " |";
    }
}
