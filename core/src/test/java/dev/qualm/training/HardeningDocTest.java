package dev.qualm.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.attack.Ball;
import dev.qualm.attack.Box;
import dev.qualm.attack.Budget;
import dev.qualm.data.Dataset;
import dev.qualm.data.Datasets;
import dev.qualm.data.ModelDescription;
import dev.qualm.network.Network;
import dev.qualm.network.onnx.OnnxWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page on hardening tells the truth. */
class HardeningDocTest {
    private static final Path PAGE = Path.of("..", "docs", "hardening.md");
    private static final Path SOURCE =
            Path.of("src", "test", "java", "dev", "qualm", "training", "HardeningDocTest.java");

    @TempDir
    private Path folder;

    private static void example(Path data, Path out) {
        Path model = data.resolve("models/fashion-mnist-8.onnx");
        ModelDescription description = ModelDescription.beside(model);
        Dataset stored = Datasets.open(data.resolve("fashion-mnist/train-images-6000-idx3-ubyte.gz"));
        int[] known = description.classes().stream()
                .mapToInt(Datasets.readClasses(data.resolve("fashion-mnist/classes.txt"))::indexOf)
                .toArray();
        Dataset images = stored.renumberClasses(known).take(200).with(description.preprocessing());
        Box pixels = Box.ofPixels(new double[] {0.2958}, new double[] {0.3571}); // epsilon is in pixels of 0 to 1
        Method pgd = Methods.of("pgd", new Budget(Ball.LINF, 0.05), 5, 0, pixels, 1);
        TrainingOptions options = TrainingOptions.DEFAULT
                .withEpochs(1)
                .withObjective(Objective.of(pgd).withLayers(LayerPenalty.of(0.5, List.of("relu3"))));
        Training hardened = Trainer.train(Network.read(model), images.all(), images.labels(), options);
        hardened.history().forEach(System.out::println);
        OnnxWriter.write(hardened.graph(), out);
    }

    @Test
    void page_example_isRunHereAndWorks() throws IOException {
        Path out = folder.resolve("hardened.onnx");
        example(Path.of("..", "data"), out);
        try (Network hardened = Network.load(out)) {
            assertThat(hardened.structure().activations()).contains("relu3");
        }
        String page = Files.readString(PAGE);
        String block = page.substring(page.indexOf("```java\n") + 8);
        List<String> shown = Arrays.stream(
                        block.substring(0, block.indexOf("```")).split("\n"))
                .filter(l -> !l.contains("Path.of(\"data\")"))
                .map(l -> l.replace("Path.of(\"hardened.onnx\")", "out"))
                .toList();
        assertThat(squeezed(Files.readString(SOURCE))).contains(squeezed(String.join("\n", shown)));
    }

    /** The formatter breaks lines elsewhere than the page does. */
    private static String squeezed(String code) {
        return code.replaceAll("\\s+", "");
    }

    @Test
    void page_methods_areThoseThereAre() throws IOException {
        String page = Files.readString(PAGE);
        for (String name : Methods.names()) {
            assertThat(page).contains("| `" + name + "` |");
        }
    }
}
