package dev.qualm.detect.wrong;

/**
 * How to learn from rows of features whether a prediction is wrong. Implementations are settings only; the same rows and seed give the same
 * fitted model.
 */
public interface BinaryModel {
    /** Short name for commands and tables, for example {@code lda}. */
    String name();

    /**
     * Learns.
     *
     * @param rows features, {@code [n][features]}, finite
     * @param wrong true where the prediction was wrong, {@code [n]}; both must occur
     * @param seed of whatever the model draws
     * @throws FitException if the rows are not as described, or too few for this model
     */
    FittedModel fit(double[][] rows, boolean[] wrong, long seed);
}
