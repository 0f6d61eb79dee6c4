package dev.qualm.detect.wrong;

/**
 * The paper's network for conductance (Wu, Michel, Briot 2019): {@code hidden} ReLU, dropout, {@code hidden} ReLU, dropout, a sigmoid; binary
 * cross-entropy without class weights, Adam. Features should be scaled by {@link FeatureScaling}. First weights are He's, where the authors'
 * library has Glorot's.
 *
 * @param hidden units in each of the two hidden layers
 * @param dropout after each of them, in [0, 1)
 */
public record ConductanceMlp(int hidden, double dropout, double learningRate, int batchSize, int epochs)
        implements BinaryModel {
    public ConductanceMlp {
        MlpTraining.require(hidden, dropout, learningRate, batchSize, epochs);
    }

    /** As for CIFAR-10: batches of 50, 20 epochs. */
    public static ConductanceMlp cifar10() {
        return new ConductanceMlp(200, 0.5, 1e-3, 50, 20);
    }

    /** As for 50 classes of ImageNet: batches of 100, 1 epoch. */
    public static ConductanceMlp imageNet50() {
        return new ConductanceMlp(200, 0.5, 1e-3, 100, 1);
    }

    /** As for 100 classes of ImageNet: batches of 100, 10 epochs. */
    public static ConductanceMlp imageNet100() {
        return new ConductanceMlp(200, 0.5, 1e-3, 100, 10);
    }

    @Override
    public String name() {
        return "mlp";
    }

    @Override
    public Mlp fit(double[][] rows, boolean[] wrong, long seed) {
        Rows.require(name(), rows, wrong, 1);
        return MlpTraining.train(
                MlpTraining.network(rows[0].length, hidden, dropout, dropout, seed),
                rows,
                wrong,
                learningRate,
                batchSize,
                epochs,
                seed);
    }
}
