package dev.qualm.training;

import org.jspecify.annotations.Nullable;

/**
 * How to train.
 *
 * @param epochs times that each item is seen, at least 1
 * @param batchSize items in a step, at least 1; at least 2 for networks with BatchNormalization
 * @param seed of the order of the items, of augmentation and dropout. The first weights come with the graph
 * @param labelSmoothing share of the target that is spread over all classes (Szegedy et al. 2016, section 7), in [0, 1)
 * @param augmentation changes of the items before each step
 * @param objective what a step minimises
 * @param earlyStopping when to end before the last epoch; null for never
 */
public record TrainingOptions(
        Optimizer optimizer,
        Schedule schedule,
        int epochs,
        int batchSize,
        long seed,
        double labelSmoothing,
        Augmentation augmentation,
        Objective objective,
        @Nullable EarlyStopping earlyStopping) {
    /**
     * Adam at 0.003 with decay 0.01, a cosine after one epoch of warm-up, 10 epochs of batches of 64, seed 0, items as
     * they are, no early end.
     */
    public static final TrainingOptions DEFAULT = new TrainingOptions(
            Optimizer.adam(3e-3, 1e-2),
            new Schedule.Cosine(1, 0),
            10,
            64,
            0,
            0,
            Augmentation.NONE,
            Objective.STANDARD,
            null);

    public TrainingOptions {
        TrainingException.require(epochs >= 1, "a number of epochs", "of at least 1", epochs);
        TrainingException.require(batchSize >= 1, "a batch size", "of at least 1", batchSize);
        TrainingException.require(
                labelSmoothing >= 0 && labelSmoothing < 1, "label smoothing", "in [0, 1)", labelSmoothing);
    }

    public TrainingOptions withOptimizer(Optimizer other) {
        return new TrainingOptions(
                other, schedule, epochs, batchSize, seed, labelSmoothing, augmentation, objective, earlyStopping);
    }

    public TrainingOptions withSchedule(Schedule other) {
        return new TrainingOptions(
                optimizer, other, epochs, batchSize, seed, labelSmoothing, augmentation, objective, earlyStopping);
    }

    public TrainingOptions withEpochs(int other) {
        return new TrainingOptions(
                optimizer, schedule, other, batchSize, seed, labelSmoothing, augmentation, objective, earlyStopping);
    }

    public TrainingOptions withBatchSize(int other) {
        return new TrainingOptions(
                optimizer, schedule, epochs, other, seed, labelSmoothing, augmentation, objective, earlyStopping);
    }

    public TrainingOptions withSeed(long other) {
        return new TrainingOptions(
                optimizer, schedule, epochs, batchSize, other, labelSmoothing, augmentation, objective, earlyStopping);
    }

    public TrainingOptions withLabelSmoothing(double other) {
        return new TrainingOptions(
                optimizer, schedule, epochs, batchSize, seed, other, augmentation, objective, earlyStopping);
    }

    public TrainingOptions withAugmentation(Augmentation other) {
        return new TrainingOptions(
                optimizer, schedule, epochs, batchSize, seed, labelSmoothing, other, objective, earlyStopping);
    }

    public TrainingOptions withObjective(Objective other) {
        return new TrainingOptions(
                optimizer, schedule, epochs, batchSize, seed, labelSmoothing, augmentation, other, earlyStopping);
    }

    public TrainingOptions withEarlyStopping(@Nullable EarlyStopping other) {
        return new TrainingOptions(
                optimizer, schedule, epochs, batchSize, seed, labelSmoothing, augmentation, objective, other);
    }
}
