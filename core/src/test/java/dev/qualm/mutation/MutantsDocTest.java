package dev.qualm.mutation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.qualm.array.Array;
import dev.qualm.data.Dataset;
import dev.qualm.data.Datasets;
import dev.qualm.data.ModelDescription;
import dev.qualm.network.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The page on mutants and the label change rate tells the truth. */
class MutantsDocTest {
    private static final Path PAGE = Path.of("..", "docs", "mutants-and-lcr.md");
    private static final Path SOURCE =
            Path.of("src", "test", "java", "dev", "qualm", "mutation", "MutantsDocTest.java");
    private static final Path DATA = Path.of("..", "data");

    private static void example(Path data) {
        Path model = data.resolve("models/fashion-mnist-8.onnx");
        Dataset images = Datasets.open(data.resolve("fashion-mnist/test-images-2000-idx3-ubyte.gz"))
                .renumberClasses(0, 1, 2, 3, 4, 6, 7, 9) // the classes that the model knows
                .with(ModelDescription.beside(model).preprocessing());
        try (Network network = Network.load(model)) {
            Mutation inverse = NeuronActivationInverse.weights();
            Mutation more = inverse.with(inverse.selection().withRate(0.03));
            MutantPool pool = MutantSearch.of(more, 20).withSeed(1).run(network, images.take(200));
            Array clean = images.slice(200, 400).all();
            int[] labels = images.slice(200, 400).labels();
            pool.requireUnseen(ItemSet.of(clean, labels)); // pool.save(file); MutantPool.load(file, network)
            LabelChangeRate.Result all = LabelChangeRate.of(pool.mutants()).on(network, clean);
            double[] right = IntStream.range(0, 200)
                    .filter(i -> all.predictions()[i] == labels[i])
                    .mapToDouble(i -> all.rates()[i])
                    .toArray();
            LcrThreshold threshold = LcrThreshold.conformal(right, 0.1);
            System.out.println(threshold);
            StoppingRule exact = new LcrCurtailment(20, threshold.value());
            StoppingRule sequential =
                    SequentialTest.of(threshold.value()).withErrors(0.05, 0.05).withCap(20);
            for (StoppingRule rule : List.of(exact, sequential)) {
                System.out.println(rule.at(0)); // expected for an input that no mutant changes
                LabelChangeRate.Result early =
                        LabelChangeRate.of(pool.mutants()).until(rule).on(network, images.batch(400, 500));
                System.out.println(early.decisions().get(0) + " after " + early.mutants()[0] + " mutants; "
                        + early.passes() + " passes an image");
            }
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

    /** Expected mutants at rates 0, h and 0.4, in the order of the page's table. */
    @Test
    void expectedMutants_ofEachRule_areThoseOfThePage() throws IOException {
        String page = Files.readString(PAGE);
        for (double h : new double[] {0.0441, 0.169}) {
            for (StoppingRule rule : List.of(
                    new LcrCurtailment(500, h),
                    SequentialTest.nMutant(h),
                    SequentialTest.of(h).withDelta(0.25 * h),
                    SequentialTest.of(h))) {
                String cells = Arrays.stream(new double[] {0, h, 0.4})
                        .mapToObj(p ->
                                String.format(Locale.ROOT, "%.0f", rule.at(p).mutants()))
                        .collect(Collectors.joining(" | ", "| ", " |"));

                assertThat(page).contains(cells);
            }
        }
    }
}
