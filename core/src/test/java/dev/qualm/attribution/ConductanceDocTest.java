package dev.qualm.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.data.Datasets;
import dev.qualm.data.ModelDescription;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import dev.qualm.testkit.Close;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The page on conductance tells the truth. */
class ConductanceDocTest {
    private static final Path PAGE = Path.of("..", "docs", "conductance.md");
    private static final Path SOURCE =
            Path.of("src", "test", "java", "dev", "qualm", "attribution", "ConductanceDocTest.java");
    private static final Path DATA = Path.of("..", "data");
    private static final Path MODEL = DATA.resolve("models/fashion-mnist-8.onnx");

    private static void example(Path data) {
        Path model = data.resolve("models/fashion-mnist-8.onnx");
        try (Network network = Network.load(model)) {
            Array images = Datasets.open(data.resolve("fashion-mnist/test-images-2000-idx3-ubyte.gz"))
                    .with(ModelDescription.beside(model).preprocessing())
                    .batch(0, 4);
            LayerConductance.Result all = LayerConductance.defaults().of(network, images); // of the predicted classes
            all.layers().forEach((layer, values) -> System.out.println(layer + ": " + values)); // [n, channels] each
            System.out.println("off by " + all.residuals().get("relu2")[0] + " after " + all.passes() + " passes");
            LayerConductance detector = LayerConductance.reference().of("relu3");
            System.out.println(detector.of(network, images).closedForm()); // [relu3]: no path was needed
            LayerConductance units = LayerConductance.defaults().of("relu2").with(LayerConductance.Positions.EACH);
            try (ConductanceExplainer explainer = units.on(network, Target.logit())) {
                int[] classes = {0, 1, 2, MapFunction.PREDICTED};
                System.out.println(explainer.explain(images, classes).layers().get("relu2")); // [n, c, h, w]
            }
            Attribution unit =
                    new NeuronConductance("relu2", List.of(5, 3, 3), Quadrature.midpoint(20), Baseline.zero());
            try (Explainer explainer = unit.on(network, Target.logit())) {
                System.out.println(explainer.explain(images).relevance()); // by pixel, [n, c, h, w]
            }
        }
    }

    private static Array images(int n) {
        return Datasets.open(DATA.resolve("fashion-mnist/test-images-2000-idx3-ubyte.gz"))
                .with(ModelDescription.beside(MODEL).preprocessing())
                .batch(0, n);
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

    @Test
    void passes_ofEachSetting_areThoseOfThePage() {
        try (Network network = Network.load(MODEL)) {
            Array one = images(1);
            assertThat(LayerConductance.defaults().of(network, one).passes()).isEqualTo(43);
            assertThat(LayerConductance.reference().of(network, one).passes()).isEqualTo(23);
            assertThat(LayerConductance.captum(50).of(network, one).passes()).isEqualTo(103);
            assertThat(LayerConductance.defaults().of("relu3").of(network, one).passes())
                    .isEqualTo(5);
        }
    }

    @Test
    void reference_affineSuffix_isTheFormulaOfThePage() {
        Array x = Close.gaussian(3, 4, 2, 6, 6).asFloat64();
        Graph graph = NetworkBuilder.input("x", 2, 6, 6)
                .seed(5)
                .conv("conv", 7, 3, 1, 0)
                .relu("relu")
                .globalAveragePool("pool")
                .flatten("features")
                .linear("logits", 5)
                .build();
        try (Network network = Network.of(graph, Precision.FLOAT64)) {
            LayerConductance.Result found =
                    LayerConductance.reference().of("relu").of(network, x);
            assertThat(found.closedForm()).containsExactly("relu");
            Array a = activations(network, x);
            double[] zero = means(activations(network, Array.of(new double[72], 1, 2, 6, 6)));
            double[] mean = means(a);
            Array w = Objects.requireNonNull(network.graph().initializers().get("logits.weight"));
            int channels = a.dim(1);
            int area = a.dim(2) * a.dim(3);
            Array values = Objects.requireNonNull(found.layers().get("relu"));
            for (int i = 0; i < values.size(); i++) {
                int k = i % channels;
                double slope = w.get(found.classes()[i / channels] * channels + k);
                assertThat(values.get(i)).isCloseTo(slope * (mean[i] - zero[k]) / area, within(1e-12));
            }
        }
    }

    private static Array activations(Network network, Array x) {
        return Objects.requireNonNull(network.run(x, List.of("relu")).get("relu"));
    }

    /** Per item and channel. */
    private static double[] means(Array maps) {
        double[] values = maps.toDoubles();
        int area = maps.dim(2) * maps.dim(3);
        double[] means = new double[values.length / area];
        for (int i = 0; i < values.length; i++) {
            means[i / area] += values[i] / area;
        }
        return means;
    }

    @Test
    void neuronConductance_ofAUnit_sumsToItsLayerConductance() {
        Array x = images(1);
        try (Network network = Network.load(MODEL, Precision.FLOAT64)) {
            LayerConductance fine = LayerConductance.defaults()
                    .of("relu2")
                    .along(Quadrature.trapezoid(400))
                    .with(LayerConductance.Positions.EACH);
            Array units = Objects.requireNonNull(fine.of(network, x).layers().get("relu2"));
            int largest = 0;
            for (int i = 0; i < units.size(); i++) {
                largest = Math.abs(units.get(i)) > Math.abs(units.get(largest)) ? i : largest;
            }
            int width = units.dim(3);
            List<Integer> place =
                    List.of(largest / width / units.dim(2), largest / width % units.dim(2), largest % width);
            Attribution unit = new NeuronConductance("relu2", place, Quadrature.midpoint(400), Baseline.zero());
            try (Explainer explainer = unit.on(network, Target.logit())) {
                double sum = Arrays.stream(explainer.explain(x).map(0)).sum();
                double expected = units.get(largest);
                assertThat(sum).isCloseTo(expected, within(0.02 * Math.abs(expected)));
            }
        }
    }
}
