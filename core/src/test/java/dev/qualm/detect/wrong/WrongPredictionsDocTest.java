package dev.qualm.detect.wrong;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.qualm.data.Dataset;
import dev.qualm.data.Datasets;
import dev.qualm.data.ModelDescription;
import dev.qualm.metric.TargetFalseAlarm;
import dev.qualm.mutation.LabelChangeRate;
import dev.qualm.mutation.MutantPool;
import dev.qualm.mutation.MutantSearch;
import dev.qualm.mutation.NeuronActivationInverse;
import dev.qualm.network.Network;
import dev.qualm.training.ItemHash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page on wrong predictions tells the truth. */
class WrongPredictionsDocTest {
    private static final Path PAGE = Path.of("..", "docs", "wrong-predictions.md");
    private static final Path SOURCE =
            Path.of("src", "test", "java", "dev", "qualm", "detect", "wrong", "WrongPredictionsDocTest.java");
    private static final Path DATA = Path.of("..", "data");

    private static void example(Path data) {
        Path model = data.resolve("models/fashion-mnist-8.onnx");
        Dataset images = Datasets.open(data.resolve("fashion-mnist/test-images-2000-idx3-ubyte.gz"))
                .renumberClasses(0, 1, 2, 3, 4, 6, 7, 9) // the classes that the model knows
                .with(ModelDescription.beside(model).preprocessing());
        Dataset training = Datasets.open(data.resolve("fashion-mnist/train-images-6000-idx3-ubyte.gz"))
                .with(ModelDescription.beside(model).preprocessing());
        try (Network network = Network.load(model);
                SampleReader reader = SampleReader.of(network)) { // conductance of the last activation
            MutantPool pool = MutantSearch.of(NeuronActivationInverse.weights(), 10)
                    .withSeed(1)
                    .run(network, images.take(200));
            Dataset rest = images.slice(200, 1000); // nothing that decided about the mutants
            LabelChangeRate.Result rates = LabelChangeRate.of(pool.mutants()).on(network, rest.all());
            Samples samples =
                    reader.read(rest.all()).withLabelChangeRate(rates.rates(), rates.passes() - 1, pool.provenance());
            Labelled all = new Labelled(samples, rest.labels());
            Splits splits = Splits.of(samples.hashes(), 0.5, 0.25, 1);
            FittedDetector detector = WrongPredictionDetector.of("conductance+lcr+margin")
                    .withModels(LinearDiscriminant.DEFAULT, LogisticRegression.DEFAULT)
                    .withRule(new TargetFalseAlarm(0.1))
                    .fit(
                            all.select(splits.fit()),
                            all.select(splits.threshold()),
                            Discipline.heldOutFrom(ItemHash.each(training.all())));
            System.out.println(detector); // detector.save(file); FittedDetector.load(file, modelHash)
            System.out.println(detector.judge(samples.select(splits.evaluation())));
            System.out.println(
                    detector.evaluate(all.select(splits.evaluation())).auroc());
            ClassProfiles profiles = ClassProfiles.of(all, 8);
            System.out.println(Arrays.toString(profiles.characteristic(3, ClassProfiles.TOP))); // of dresses
        }
    }

    @Test
    void example_ofThePage_runs() {
        assertThatCode(() -> example(DATA)).doesNotThrowAnyException();
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
                " ",
                lines.stream()
                        .flatMap(l -> Arrays.stream(l.strip().split("\\s+")))
                        .toList());
    }
}
