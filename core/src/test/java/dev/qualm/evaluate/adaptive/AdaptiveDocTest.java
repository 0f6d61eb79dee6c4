package dev.qualm.evaluate.adaptive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.qualm.attack.Ball;
import dev.qualm.attack.Box;
import dev.qualm.attack.Budget;
import dev.qualm.data.Dataset;
import dev.qualm.data.Datasets;
import dev.qualm.data.ModelDescription;
import dev.qualm.detect.Scorer;
import dev.qualm.detect.fitted.DetectorFit;
import dev.qualm.detect.fitted.DetectorScore;
import dev.qualm.detect.fitted.Detectors;
import dev.qualm.detect.verdict.ConformalCalibration;
import dev.qualm.network.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The page on the ladder tells the truth. */
class AdaptiveDocTest {
    private static final Path PAGE = Path.of("..", "docs", "adaptive.md");
    private static final Path SOURCE =
            Path.of("src", "test", "java", "dev", "qualm", "evaluate", "adaptive", "AdaptiveDocTest.java");

    private static void example(Path data) {
        Path model = data.resolve("models/fashion-mnist-8.onnx");
        Dataset training = Datasets.open(data.resolve("fashion-mnist/train-images-6000-idx3-ubyte.gz"))
                .renumberClasses(0, 1, 2, 3, 4, 6, 7, 9) // the classes that the model knows
                .with(ModelDescription.beside(model).preprocessing());
        Dataset images = Datasets.open(data.resolve("fashion-mnist/test-images-2000-idx3-ubyte.gz"))
                .renumberClasses(0, 1, 2, 3, 4, 6, 7, 9)
                .with(ModelDescription.beside(model).preprocessing());
        try (Network network = Network.load(model)) {
            DetectorScore score = DetectorFit.fit(
                            network, training.take(300), true, List.of(Detectors.parse("energy")), 1, done -> {})
                    .scores()
                    .get(0);
            Dataset trusted = images.slice(0, 100); // for the threshold, and for the attack on verdicts to start from
            ConformalCalibration calibration = ConformalCalibration.of(
                    Scorer.of(network, List.of(score)).score(trusted).of("energy"));
            Ladder ladder = new Ladder(
                    Defence.of(network, score, calibration, 0.05),
                    new Budget(Ball.LINF, 8.0 / 255),
                    Box.ofPixels(new double[] {0.2958}, new double[] {0.3571}), // epsilons are in pixels of 0 to 1
                    LadderSettings.of(1).withSteps(5).withQueries(30, 10));
            Dataset attacked = images.slice(100, 106);
            LadderResult result = ladder.run(attacked.all(), attacked.labels(), trusted.all());
            System.out.println(result); // the table
            System.out.println(result.worst()); // the share that evades on any rung, with its interval
            System.out.println(result.rung("joint").evaded());
            result.warnings().forEach(System.out::println);
        }
    }

    @Test
    void example_runs() {
        assertThatCode(() -> example(Path.of("..", "data"))).doesNotThrowAnyException();
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
    void page_rungs_areAllOfThem() throws IOException {
        String page = Files.readString(PAGE);
        for (String name : List.of(
                "noise", "oblivious", "transfer", "joint", "selective", "orthogonal", "verdict-query", "eot", "bpda")) {
            assertThat(page).contains("| `" + name + "` |");
        }
        for (LadderWarning.Check check : LadderWarning.Check.values()) {
            assertThat(page).contains("`" + check + "`");
        }
    }
}
