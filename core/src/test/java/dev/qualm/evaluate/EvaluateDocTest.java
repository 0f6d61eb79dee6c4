package dev.qualm.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.qualm.attack.Attacks;
import dev.qualm.attack.Ball;
import dev.qualm.attack.Box;
import dev.qualm.data.Dataset;
import dev.qualm.data.Datasets;
import dev.qualm.data.ModelDescription;
import dev.qualm.detect.Scorer;
import dev.qualm.detect.Scores;
import dev.qualm.detect.fitted.Detector;
import dev.qualm.detect.fitted.DetectorFit;
import dev.qualm.detect.fitted.Detectors;
import dev.qualm.detect.fitted.FittedDetectors;
import dev.qualm.detect.meta.MetaFit;
import dev.qualm.detect.meta.MetaItems;
import dev.qualm.detect.meta.MetaRecipe;
import dev.qualm.mutation.ItemSet;
import dev.qualm.network.Network;
import dev.qualm.network.onnx.ModelHash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page on evaluations tells the truth. */
class EvaluateDocTest {
    private static final Path PAGE = Path.of("..", "docs", "evaluate.md");
    private static final Path SOURCE =
            Path.of("src", "test", "java", "dev", "qualm", "evaluate", "EvaluateDocTest.java");
    private static final Path DATA = Path.of("..", "data");

    private static void table(Path data) {
        Path model = data.resolve("models/fashion-mnist-8.onnx");
        Dataset training = Datasets.open(data.resolve("fashion-mnist/train-images-6000-idx3-ubyte.gz"))
                .renumberClasses(0, 1, 2, 3, 4, 6, 7, 9) // the classes that the model knows
                .with(ModelDescription.beside(model).preprocessing());
        Dataset test = Datasets.open(data.resolve("fashion-mnist/test-images-2000-idx3-ubyte.gz"))
                .with(ModelDescription.beside(model).preprocessing());
        Box pixels = Box.ofPixels(new double[] {0.2958}, new double[] {0.3571});
        try (Network network = Network.load(model)) {
            List<Detector> chosen =
                    Stream.of("fdbd", "knn:k=10").map(Detectors::parse).toList();
            FittedDetectors fitted = DetectorFit.fit(network, training.take(300), true, chosen, 2, done -> {});
            List<EvaluationSet> sets = List.of(
                    EvaluationSet.near("sandal, bag", test.filterClasses(5, 8).take(60)),
                    EvaluationSet.adversarial("fgsm", Attacks.of("fgsm", Ball.LINF, 0.1, pixels, 1)));
            ScoredModel scored = Evaluator.of(new Scorer(network, List.of(), 2), fitted)
                    .score("a", test.renumberClasses(0, 1, 2, 3, 4, 6, 7, 9).take(60), sets, EvaluationProgress.none());
            ModelEvaluation table = ModelEvaluation.of(scored, EvaluationSettings.defaults());
            EvaluationReport report = EvaluationReport.of(List.of(table)); // of several models: spreads and ranks
            Cell cell = table.cell("knn:k=10", "sandal, bag", View.DETECTION);
            System.out.println(cell.numbers() + " " + cell.baseline() + " " + cell.floor());
            System.out.println(report.stamped()); // true: nobody attacked the detectors
        }
    }

    private static void combination(Path data, Path file) {
        Path model = data.resolve("models/fashion-mnist-8.onnx");
        Dataset held = Datasets.open(data.resolve("fashion-mnist/test-images-2000-idx3-ubyte.gz"))
                .renumberClasses(0, 1, 2, 3, 4, 6, 7, 9)
                .with(ModelDescription.beside(model).preprocessing())
                .take(200);
        List<String> parts = List.of("msp", "energy", "grad-l2");
        try (Network network = Network.load(model)) {
            Scorer scorer = new Scorer(network, Scores.of(parts), 2);
            MetaItems items =
                    MetaItems.ofPredictions(scorer.score(held), parts, held.labels(), ItemSet.each(held.all()));
            MetaFit fit = MetaRecipe.defaults().fit(items, ModelHash.of(network.graph()));
            System.out.println(fit.detector().auroc()); // of items judged by fits that have not seen them
            fit.detector().save(file); // MetaDetector.load(file, hash).score(table)
        }
    }

    @Test
    void examples_run() throws IOException {
        assertThatCode(() -> table(DATA)).doesNotThrowAnyException();
        Path file = Files.createTempFile("meta", ".qualm");
        try {
            combination(DATA, file);
            assertThat(Files.size(file)).isPositive();
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void page_examples_areTheCodeThatRuns() throws IOException {
        String source = Files.readString(SOURCE);
        String page = Files.readString(PAGE);
        for (String name : List.of("table", "combination")) {
            int from = source.indexOf("    private static void " + name + "(");
            String body = source.substring(source.indexOf('\n', from) + 1, source.indexOf("\n    }\n", from));
            String shown = body.lines().map(l -> l.replaceFirst("^ {8}", "")).collect(Collectors.joining("\n"));
            assertThat(page).contains("```java\n" + shown + "\n```");
        }
    }

    @Test
    void page_definitions_areThoseOfReports() throws IOException {
        String page = Files.readString(PAGE).replaceAll("\\s+", " ");
        for (TextOf text : TextOf.values()) {
            assertThat(page).contains(text.words);
        }
    }

    /** Words that reports print and the page explains. */
    private enum TextOf {
        STAMP(EvaluationReport.NON_ADAPTIVE),
        ABOVE(FloorVerdict.ABOVE.words()),
        NOT_ABOVE(FloorVerdict.NOT_ABOVE.words()),
        BELOW(FloorVerdict.BELOW.words());

        private final String words;

        TextOf(String words) {
            this.words = words;
        }
    }
}
