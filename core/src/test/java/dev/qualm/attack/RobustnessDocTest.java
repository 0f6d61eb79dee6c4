package dev.qualm.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.qualm.data.Dataset;
import dev.qualm.data.DatasetOptions;
import dev.qualm.data.Datasets;
import dev.qualm.data.ModelDescription;
import dev.qualm.network.Network;
import dev.qualm.network.Workers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page on robustness tells the truth. */
class RobustnessDocTest {
    private static final Path PAGE = Path.of("..", "docs", "robustness.md");
    private static final Path SOURCE =
            Path.of("src", "test", "java", "dev", "qualm", "attack", "RobustnessDocTest.java");

    private static void example(Path data) {
        Path model = data.resolve("models/fashion-mnist-8.onnx");
        ModelDescription described = ModelDescription.beside(model);
        try (Network network = Network.load(model);
                Workers workers = Workers.ofAllProcessors()) {
            Dataset images = Datasets.open(
                            data.resolve("fashion-mnist/test-images-2000-idx3-ubyte.gz"), DatasetOptions.DEFAULT)
                    .with(described.preprocessing());
            Dataset known = images.renumberClasses(described.classes().stream()
                            .mapToInt(images.classes()::indexOf)
                            .toArray())
                    .take(40);
            Box pixels = Box.ofPixels(new double[] {0.2958}, new double[] {0.3571}); // epsilons are in pixels of 0 to 1
            RobustnessResult found = Robustness.of(network, pixels)
                    .withAttacks("fgsm", "pgd", "apgd-ce")
                    .withEpsilons(Ball.LINF, 4.0 / 255, 8.0 / 255)
                    .withSettings(new AttackSettings(10, null, null, 1)) // steps, restarts, queries, seed
                    .withDiagnostics(10)
                    .measure(known, workers, (done, of) -> {});
            System.out.println(found);
            System.out.println(found.score(RobustnessResult.ALL, Ball.LINF)); // R&G sum and mean of the worst case
            found.warnings().forEach(System.out::println);
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
        String code = words(
                page.substring(from, page.indexOf("```", from)).lines().skip(1).toList());
        assertThat(words(Files.readAllLines(SOURCE))).contains(code);
    }

    private static String words(List<String> lines) {
        return String.join(
                "",
                lines.stream()
                        .flatMap(l -> Arrays.stream(l.strip().split("\\s+")))
                        .toList());
    }
}
