package dev.qualm.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.attack.Ball;
import dev.qualm.attack.Box;
import dev.qualm.attack.Budget;
import dev.qualm.network.Network;
import dev.qualm.network.Views;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.onnx.OnnxWriter;
import dev.qualm.testkit.Golden;
import dev.qualm.testkit.OrtOracle;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models that PyTorch exported are trained on, and ONNX Runtime reads what comes of it. */
class ImportedModelTest {
    private static final int N = 24;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "n1-fmnist-cnn, pgd, false",
        "n1-fmnist-cnn, trades, true",
        "n2-rgb-resnet, fgsm, false",
        "n2-rgb-resnet, pgd, true",
        "n3-tabular-mlp, apgd, false",
        "n4-avgpool-cnn, fast, true",
        "n5-rgb-seq, trades, false"
    })
    void train_importedModel_isReadByOnnxRuntime(String name, String method, boolean softplus) {
        Graph read = Network.read(Golden.path(name + "/model.onnx"));
        Graph graph = softplus ? Views.softplus(4).apply(read) : read;
        Array items;
        int[] labels;
        List<String> activations;
        try (Network network = Network.of(graph, Precision.FLOAT32)) {
            items = items(network);
            labels = labels(network.logits(items));
            activations = network.structure().activations();
        }
        Objective objective = Objective.of(Methods.of(method, new Budget(Ball.LINF, 0.05), 2, 6, Box.of(0, 1), 1))
                .withLayers(LayerPenalty.of(0.3, List.of(activations.get(0), activations.get(activations.size() - 1))));
        if (softplus) {
            objective = objective.withCurvature(new CurvaturePenalty(1e-3));
        }
        Training training = Trainer.train(
                graph,
                items,
                labels,
                TrainingOptions.DEFAULT.withEpochs(2).withBatchSize(8).withObjective(objective));
        assertThat(training.last().loss()).isFinite();
        Path file = folder.resolve("hardened.onnx");
        OnnxWriter.write(training.graph(), file);
        try (Network hardened = Network.load(file);
                Network before = Network.of(graph, Precision.FLOAT32)) {
            String input = hardened.input().name();
            String logits = hardened.graph().outputs().get(0).name();
            double[] ours = hardened.run(items, List.of(logits)).get(logits).toDoubles();
            double[] theirs = Objects.requireNonNull(OrtOracle.run(file, Map.of(input, items), List.of(logits))
                            .get(logits))
                    .toDoubles();
            assertThat(ours).containsExactly(theirs, within(1e-3 * Math.max(1, largest(theirs))));
            assertThat(ours)
                    .isNotEqualTo(before.run(items, List.of(logits)).get(logits).toDoubles());
        }
    }

    private static double largest(double[] values) {
        double largest = 0;
        for (double v : values) {
            largest = Math.max(largest, Math.abs(v));
        }
        return largest;
    }

    private static Array items(Network network) {
        int[] shape = new int[network.input().rank()];
        shape[0] = N;
        int size = N;
        for (int i = 1; i < shape.length; i++) {
            shape[i] = (int) network.input().dim(i);
            size *= shape[i];
        }
        Random random = new Random(3);
        float[] x = new float[size];
        for (int j = 0; j < size; j++) {
            x[j] = random.nextFloat();
        }
        return Array.of(x, shape);
    }

    private static int[] labels(Array logits) {
        int[] labels = new int[N];
        for (int i = 0; i < N; i++) {
            for (int k = 1; k < logits.dim(1); k++) {
                labels[i] =
                        logits.get(i * logits.dim(1) + k) > logits.get(i * logits.dim(1) + labels[i]) ? k : labels[i];
            }
        }
        return labels;
    }
}
