package dev.qualm.detect.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.qualm.array.Array;
import dev.qualm.data.Dataset;
import dev.qualm.data.Datasets;
import dev.qualm.data.ModelDescription;
import dev.qualm.detect.fitted.Detector;
import dev.qualm.detect.fitted.Detectors;
import dev.qualm.detect.fitted.FittedDetectors;
import dev.qualm.network.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service of the page on verdicts works. */
class DecisionDocTest {
    private static final Path PAGE = Path.of("..", "docs", "verdicts.md");
    private static final Path SOURCE =
            Path.of("src", "test", "java", "dev", "qualm", "detect", "decision", "DecisionDocTest.java");

    private static void example(Path data, Path file) {
        Path model = data.resolve("models/fashion-mnist-8.onnx");
        Dataset images = Datasets.open(data.resolve("fashion-mnist/test-images-2000-idx3-ubyte.gz"))
                .with(ModelDescription.beside(model).preprocessing());
        try (Network network = Network.load(model)) {
            List<Detector> chosen =
                    Stream.of("gen", "fdbd").map(Detectors::parse).toList();
            Dataset trusted = images.withoutClasses(5, 8).take(300).withoutLabels();
            FittedDetectors fitted = CalibratedFit.fit(network, trusted, false, chosen, 0.4, 0, 2, done -> {});
            fitted.save(file, model);

            CalibratedDetectors detectors = CalibratedDetectors.load(file, network) // once, for any number of threads
                    .with(DecisionSettings.of(0.05).decidedBy("fdbd"));
            StreamWatch watch = detectors.watch(0.01, 0); // one thread, in order
            Array batch = images.batch(1900, 2000); // [100, 1, 28, 28], as the network takes them
            JudgedItems judged = watch.observe(detectors.judge(batch));
            System.out.println(judged + "; " + judged.verdicts().get(0));
        }
    }

    @Test
    void example_runs(@TempDir Path folder) {
        assertThatCode(() -> example(Path.of("..", "data"), folder.resolve("d.qualm")))
                .doesNotThrowAnyException();
    }

    @Test
    void page_example_isTheCodeThatRuns() throws IOException {
        String source = Files.readString(SOURCE);
        int from = source.indexOf("    private static void example");
        String body = source.substring(source.indexOf('\n', from) + 1, source.indexOf("\n    }\n", from));
        assertThat(words(Files.readString(PAGE))).contains("```java" + words(body) + "```");
    }

    private static String words(String text) {
        return text.replaceAll("\\s+", "");
    }
}
