package dev.qualm.sustainability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.qualm.array.Array;
import dev.qualm.attack.Attacks;
import dev.qualm.attack.Box;
import dev.qualm.attack.Noises;
import dev.qualm.data.Dataset;
import dev.qualm.data.DatasetOptions;
import dev.qualm.data.Datasets;
import dev.qualm.data.ModelDescription;
import dev.qualm.network.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page on layer sustainability tells the truth. */
class LayersDocTest {
    private static final Path PAGE = Path.of("..", "docs", "layers.md");
    private static final Path SOURCE =
            Path.of("src", "test", "java", "dev", "qualm", "sustainability", "LayersDocTest.java");

    private static void example(Path data) {
        Path model = data.resolve("models/fashion-mnist-8.onnx");
        try (Network network = Network.load(model)) {
            Dataset images = Datasets.open(
                            data.resolve("fashion-mnist/test-images-2000-idx3-ubyte.gz"), DatasetOptions.DEFAULT)
                    .with(ModelDescription.beside(model).preprocessing())
                    .withoutLabels() // the classes' numbers are not those of the model
                    .take(64);
            Box pixels =
                    Box.ofPixels(new double[] {0.2958}, new double[] {0.3571}); // strengths are in pixels of 0 to 1
            List<Perturbation> perturbations = List.of(
                    AttackPerturbation.of(network, Attacks.parse("fgsm:0.1", pixels, 1)),
                    NoisePerturbation.of(Noises.parse("gaussian:0.1", pixels, 1)),
                    Perturbation.of("darker", items -> darker(items.inputs())));
            SustainabilityResult found = LayerSustainability.of(network)
                    .withMeasures(Measure.RELATIVE_ERROR, Measure.LINEAR_CKA)
                    .withBox(pixels)
                    .withEqualNorm(EqualNorm.smallest(EqualNorm.Length.L2))
                    .analyse(images, perturbations);
            found.of("fgsm:0.1", Measure.RELATIVE_ERROR).forEach(System.out::println);
            System.out.println(found.mostVulnerable("fgsm:0.1", 1).layers());
            found.problems().forEach(System.out::println); // items without a value, and why
        }
    }

    private static Array darker(Array inputs) {
        float[] x = inputs.toFloats().clone();
        for (int i = 0; i < x.length; i++) {
            x[i] -= 0.1f;
        }
        return Array.of(x, inputs.shape());
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

    @Test
    void measuresAndPerturbations_ofThePage_areAll() throws IOException {
        String page = Files.readString(PAGE);
        for (Measure measure : Measure.values()) {
            assertThat(page).contains("| `" + measure.label() + "` |");
        }
        Attacks.names().forEach(name -> assertThat(page).contains("`" + name + "`"));
        Noises.names().forEach(name -> assertThat(page).contains("`" + name + ":"));
    }

    private static String words(List<String> lines) {
        return String.join(
                "",
                lines.stream()
                        .flatMap(l -> Arrays.stream(l.strip().split("\\s+")))
                        .toList());
    }
}
