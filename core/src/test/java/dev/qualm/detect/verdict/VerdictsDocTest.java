package dev.qualm.detect.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.qualm.data.Dataset;
import dev.qualm.data.Datasets;
import dev.qualm.data.ModelDescription;
import dev.qualm.detect.ScoreTable;
import dev.qualm.detect.Scorer;
import dev.qualm.detect.Scores;
import dev.qualm.network.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The page on verdicts tells the truth. */
class VerdictsDocTest {
    private static final Path PAGE = Path.of("..", "docs", "verdicts.md");
    private static final Path SOURCE =
            Path.of("src", "test", "java", "dev", "qualm", "detect", "verdict", "VerdictsDocTest.java");
    private static final Path DATA = Path.of("..", "data");

    private static void example(Path data) {
        Path model = data.resolve("models/fashion-mnist-8.onnx");
        Dataset images = Datasets.open(data.resolve("fashion-mnist/test-images-2000-idx3-ubyte.gz"))
                .with(ModelDescription.beside(model).preprocessing());
        Dataset known = images.withoutClasses(5, 8); // 5 and 8, sandals and bags, are not known to the model
        try (Network network = Network.load(model)) {
            Scorer scorer = Scorer.of(network, Scores.of(List.of("energy", "gga-row")));
            ScoreTable tuning = scorer.score(known.take(311));
            ScoreTable calibration = scorer.score(known.slice(311, 1111)); // nothing was fitted or chosen on these
            ScoreTable ordinary = scorer.score(known.slice(1111, 1611));
            ScoreTable unknown = scorer.score(images.filterClasses(5, 8));

            ConformalCalibration energy = ConformalCalibration.of(calibration.of("energy"));
            PooledRule rule = PooledRule.of(energy, new Marginal(0.05));
            PooledRule surer = PooledRule.of(energy, new TrainingConditional(0.05, 0.05));
            System.out.println(rule.verdict(unknown.of("energy")[0]));
            System.out.println(alarms(rule, ordinary) + " and " + alarms(surer, ordinary) + " of 500 ordinary");
            System.out.println(alarms(rule, unknown) + " and " + alarms(surer, unknown) + " of 389 unknown");

            double[] batch = DoubleStream.concat(
                            Arrays.stream(ordinary.of("energy")), Arrays.stream(unknown.of("energy")))
                    .toArray();
            Discoveries found = BenjaminiHochberg.of(
                    Arrays.stream(batch).map(energy::pValue).toArray(), 0.1);
            System.out.println(found + "; ordinary among them: "
                    + IntStream.range(0, 500).filter(i -> found.rejected()[i]).count());

            StalenessMonitor monitor = CalibrationMartingale.of(energy, 0.01, 1);
            for (double score : ordinary.of("energy")) {
                monitor.observe(score);
            }
            System.out.println(monitor.staleness());
            for (double score : unknown.of("energy")) { // from here on, nothing but items the model does not know
                monitor.observe(score);
            }
            System.out.println(monitor.staleness());

            Cascade cascade = Cascade.of(Tier.of("energy", 1), Tier.of("gga-row", 7)) // passes beyond the tier before
                    .tuned(tuning.values(), 0.7, 0.01);
            CalibratedCascade tiers = CalibratedCascade.of(cascade, calibration.values(), new Marginal(0.05));
            System.out.println(tiers.judge(500, (tier, items) -> select(ordinary.values()[tier], items)));
            System.out.println(tiers.judge(389, (tier, items) -> select(unknown.values()[tier], items)));
            System.out.println(tiers.mode(List.of("energy"))); // while gga-row is not available
            // VerdictFile.of(tiers, modelHash, provenance).write(file)
        }
    }

    private static long alarms(VerdictRule rule, ScoreTable items) {
        return Arrays.stream(items.of("energy"))
                .filter(score -> rule.verdict(score, -1).isAlarm())
                .count();
    }

    private static double[] select(double[] scores, int[] items) {
        return Arrays.stream(items).mapToDouble(i -> scores[i]).toArray();
    }

    @Test
    void example_ofThePage_runs() {
        assertThatCode(() -> example(DATA)).doesNotThrowAnyException();
    }

    @Test
    void example_ofThePage_isTheOneTested() throws IOException {
        String page = Files.readString(PAGE);
        int from = page.indexOf("```java\n", page.indexOf("## Example")) + 8;
        // The first line says where the data are, from the repository's root.
        String code = words(
                page.substring(from, page.indexOf("```", from)).lines().skip(1).toList());
        assertThat(words(Files.readAllLines(SOURCE))).contains(code);
    }

    @Test
    void rates_ofThePage_areTheRulesOwn() throws IOException {
        String page = Files.readString(PAGE);
        TrainingConditional conditional = new TrainingConditional(0.05, 0.05);
        for (int n : new int[] {59, 200, 1000, 10_000}) {
            int marginal = new Marginal(0.05).alarms(n);
            assertThat(page)
                    .contains(String.format(
                            Locale.ROOT,
                            "| %d | %.4f | %.3f |",
                            n,
                            conditional.expectedRate(n),
                            conditional.risk(n, marginal)));
        }
    }

    private static String words(List<String> lines) {
        return String.join(
                "",
                lines.stream()
                        .flatMap(l -> Arrays.stream(l.strip().split("\\s+")))
                        .toList());
    }
}
