package dev.qualm.cli;

import dev.qualm.training.Augmentation;
import dev.qualm.training.Optimizer;
import dev.qualm.training.Schedule;
import dev.qualm.training.TrainingOptions;
import java.util.EnumSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How {@code qualm train} trains, on the command line. */
final class TrainingOptionsGroup {
    /** Algorithms that move the weights. */
    enum Algorithm {
        ADAM,
        SGD
    }

    /** Courses of the learning rate. */
    enum Course {
        COSINE,
        CONSTANT
    }

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "10",
            description = "Passes over the data." + " Default: 10.")
    private int epochs;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "64", description = "Items in a step. Default: 64.")
    private int batch;

    @Option(
            names = "--optimizer",
            paramLabel = "NAME",
            converter = AlgorithmConverter.class,
            defaultValue = "adam",
            description = "adam (with decoupled weight decay) or sgd (with Nesterov momentum 0.9). Default: adam.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Algorithm algorithm;

    @Option(names = "--lr", paramLabel = "X", description = "Learning rate. Default: 0.003 for adam, 0.05 for sgd.")
    private @Nullable Double rate;

    @Option(names = "--weight-decay", paramLabel = "X", description = "Default: 0.01 for adam, 0.0005 for sgd.")
    private @Nullable Double decay;

    @Option(
            names = "--schedule",
            paramLabel = "NAME",
            converter = CourseConverter.class,
            defaultValue = "cosine",
            description = "cosine (after a short warm-up) or constant. Default: cosine.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private Course course;

    @Option(
            names = "--label-smoothing",
            paramLabel = "X",
            defaultValue = "0",
            description = "Share of the target spread over all classes. Default: 0.")
    private double smoothing;

    @Option(
            names = "--shift",
            paramLabel = "PIXELS",
            defaultValue = "0",
            description = "Move images at random by up to so many pixels. Default: 0.")
    private int shift;

    @Option(names = "--mirror", description = "Mirror every other image, at random.")
    private boolean mirror;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed of the first weights and of all random choices: the same command writes the same bytes."
                    + " Default: 0.")
    private long seed;

    long seed() {
        return seed;
    }

    TrainingOptions toOptions() {
        Optimizer optimizer = switch (algorithm) {
            case ADAM -> Optimizer.adam(rate == null ? 3e-3 : rate, decay == null ? 1e-2 : decay);
            case SGD -> Optimizer.sgd(rate == null ? 0.05 : rate, decay == null ? 5e-4 : decay);
        };
        Schedule schedule = switch (course) {
            // One epoch of warm-up, but never more than a fifth of all.
            case COSINE -> new Schedule.Cosine(Math.min(1, epochs / 5.0), 0);
            case CONSTANT -> new Schedule.Constant();
        };
        return TrainingOptions.DEFAULT
                .withOptimizer(optimizer)
                .withSchedule(schedule)
                .withEpochs(epochs)
                .withBatchSize(batch)
                .withSeed(seed)
                .withLabelSmoothing(smoothing)
                .withAugmentation(new Augmentation(shift, mirror));
    }

    static final class AlgorithmConverter extends Choice<Algorithm> {
        AlgorithmConverter() {
            super(EnumSet.allOf(Algorithm.class));
        }
    }

    static final class CourseConverter extends Choice<Course> {
        CourseConverter() {
            super(EnumSet.allOf(Course.class));
        }
    }
}
