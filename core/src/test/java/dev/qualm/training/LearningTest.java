package dev.qualm.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.array.Array;
import dev.qualm.data.CsvOptions;
import dev.qualm.data.Dataset;
import dev.qualm.data.DatasetOptions;
import dev.qualm.data.Datasets;
import dev.qualm.data.Preprocessing;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whether what is learnt holds for items that were not trained on. */
class LearningTest {
    private static final Path DIGITS = Path.of("..", "data", "digits", "digits.csv.gz");

    @Test
    void train_mlpOnRings_separatesWhatNoLineCan() {
        for (Optimizer optimizer : new Optimizer[] {Optimizer.adam(0.02, 0.01), Optimizer.sgd(0.1, 1e-4)}) {
            int[] labels = new int[400];
            Array rings = rings(labels, 1);
            int[] unseenLabels = new int[400];
            Array unseen = rings(unseenLabels, 2);
            TrainingOptions options = TrainingOptions.DEFAULT
                    .withOptimizer(optimizer)
                    .withEpochs(30)
                    .withBatchSize(32);
            Training training = Trainer.train(Architectures.mlp(2, 16, 2, 3), rings, labels, options);
            assertThat(training.last().loss())
                    .isLessThan(training.history().get(0).loss() / 4);
            assertThat(training.last().accuracy()).isGreaterThan(0.95);
            assertThat(accuracy(training.graph(), unseen, unseenLabels))
                    .as("%s", optimizer)
                    .isGreaterThan(0.95);
        }
    }

    @Test
    void train_smallCnnOnDigits_readsUnseenDigits() {
        CsvOptions table = CsvOptions.DEFAULT.withLabel("-1");
        Dataset digits = Datasets.open(DIGITS, DatasetOptions.DEFAULT.withCsv(table))
                .reshape(1, 8, 8)
                .with(Preprocessing.NONE.withScale(1 / 16.0).withMean(0.3).withStd(0.4));
        Dataset seen = digits.slice(0, 1000);
        Dataset unseen = digits.slice(1000, 1500);
        Training training = Trainer.train(
                Architectures.smallCnn(1, 8, 8, 10, 1),
                seen.all(),
                seen.labels(),
                TrainingOptions.DEFAULT.withEpochs(6));
        assertThat(accuracy(training.graph(), unseen.all(), unseen.labels())).isGreaterThan(0.93);
    }

    /** Points near the unit circle are of class 0, points near a circle of twice its radius of class 1. */
    private static Array rings(int[] labels, long seed) {
        Random random = new Random(seed);
        float[] points = new float[2 * labels.length];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = i % 2;
            double angle = 2 * Math.PI * random.nextDouble();
            double radius = 1 + labels[i] + 0.15 * random.nextGaussian();
            points[2 * i] = (float) (radius * Math.cos(angle));
            points[2 * i + 1] = (float) (radius * Math.sin(angle));
        }
        return Array.of(points, labels.length, 2);
    }

    private static double accuracy(Graph graph, Array inputs, int[] labels) {
        try (Network network = Network.of(graph, Precision.FLOAT32)) {
            Array logits = network.logits(inputs);
            int classes = logits.dim(1);
            int correct = 0;
            for (int i = 0; i < labels.length; i++) {
                int best = 0;
                for (int k = 1; k < classes; k++) {
                    best = logits.get(i * classes + k) > logits.get(i * classes + best) ? k : best;
                }
                correct += best == labels[i] ? 1 : 0;
            }
            return (double) correct / labels.length;
        }
    }
}
