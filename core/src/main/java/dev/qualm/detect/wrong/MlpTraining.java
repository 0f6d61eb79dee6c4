package dev.qualm.detect.wrong;

import dev.qualm.array.Array;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.training.Optimizer;
import dev.qualm.training.Schedule;
import dev.qualm.training.Trainer;
import dev.qualm.training.TrainingOptions;
import java.util.List;

/** Trains the paper's small networks: two hidden layers and one logit, binary cross-entropy, Adam at a constant rate. */
final class MlpTraining {
    private static final List<String> LAYERS = List.of("fc1", "fc2", "logit");

    private MlpTraining() {}

    /**
     * The network.
     *
     * @param first dropout after the first hidden layer, 0 for none
     * @param second dropout after the second
     */
    static NetworkBuilder network(int features, int hidden, double first, double second, long seed) {
        NetworkBuilder builder = NetworkBuilder.input("input", features).seed(seed);
        builder.linear("fc1", hidden).relu("relu1");
        if (first > 0) {
            builder.dropout("dropout1", first);
        }
        builder.linear("fc2", hidden).relu("relu2");
        if (second > 0) {
            builder.dropout("dropout2", second);
        }
        return builder.linear("logit", 1);
    }

    static Mlp train(
            NetworkBuilder network,
            double[][] rows,
            boolean[] wrong,
            double learningRate,
            int batchSize,
            int epochs,
            long seed) {
        int p = rows[0].length;
        float[] values = new float[Math.multiplyExact(rows.length, p)];
        int[] labels = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            labels[i] = wrong[i] ? 1 : 0;
            for (int k = 0; k < p; k++) {
                values[i * p + k] = (float) rows[i][k];
            }
        }
        TrainingOptions options = TrainingOptions.DEFAULT
                .withOptimizer(Optimizer.adam(learningRate, 0))
                .withSchedule(new Schedule.Constant())
                .withBatchSize(batchSize)
                .withEpochs(epochs)
                .withSeed(seed);
        return Mlp.of(
                Trainer.train(network.build(), Array.of(values, rows.length, p), labels, options)
                        .graph()
                        .initializers(),
                LAYERS);
    }

    static void require(int hidden, double dropout, double learningRate, int batchSize, int epochs) {
        FitException.require(hidden >= 1, "hidden units", "of at least 1", hidden);
        FitException.require(dropout >= 0 && dropout < 1, "a dropout", "in [0, 1)", dropout);
        FitException.require(
                learningRate > 0 && Double.isFinite(learningRate), "a learning rate", "above 0", learningRate);
        FitException.require(batchSize >= 1, "a batch size", "of at least 1", batchSize);
        FitException.require(epochs >= 1, "a number of epochs", "of at least 1", epochs);
    }
}
