package dev.qualm.detect.wrong;

/**
 * The paper's network that combines the label change rate with the output of {@link ConductanceMlp}: {@code hidden} ReLU, {@code hidden} ReLU,
 * dropout, a sigmoid; binary cross-entropy, Adam. On a few thousand rows so few steps hardly move it: prefer {@link LogisticRegression}.
 *
 * @param hidden units in each of the two hidden layers
 * @param dropout after the second, in [0, 1)
 */
public record CombinedMlp(int hidden, double dropout, double learningRate, int batchSize, int epochs)
        implements BinaryModel {
    public CombinedMlp {
        MlpTraining.require(hidden, dropout, learningRate, batchSize, epochs);
    }

    /** As for CIFAR-10: 3 epochs of batches of 100. */
    public static CombinedMlp cifar10() {
        return new CombinedMlp(10, 0.5, 1e-3, 100, 3);
    }

    /** As for ImageNet: 1 epoch of batches of 100. */
    public static CombinedMlp imageNet() {
        return new CombinedMlp(10, 0.5, 1e-3, 100, 1);
    }

    @Override
    public String name() {
        return "combined-mlp";
    }

    @Override
    public Mlp fit(double[][] rows, boolean[] wrong, long seed) {
        Rows.require(name(), rows, wrong, 1);
        return MlpTraining.train(
                MlpTraining.network(rows[0].length, hidden, 0, dropout, seed),
                rows,
                wrong,
                learningRate,
                batchSize,
                epochs,
                seed);
    }
}
