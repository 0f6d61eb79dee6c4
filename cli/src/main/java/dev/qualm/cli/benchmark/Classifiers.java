package dev.qualm.cli.benchmark;

import dev.qualm.cli.ProgressBar;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import dev.qualm.training.Architectures;
import dev.qualm.training.Augmentation;
import dev.qualm.training.Optimizer;
import dev.qualm.training.Progress;
import dev.qualm.training.Schedule;
import dev.qualm.training.Trainer;
import dev.qualm.training.TrainingOptions;
import java.io.PrintWriter;

/** The classifiers of the benchmark: those of the demonstration, from several seeds. */
final class Classifiers {
    /** As the shipped model had. */
    static final int EPOCHS = 15;

    private static final int BATCH = 64;

    private Classifiers() {}

    /** Learns one. Close it. */
    static Network train(BenchmarkData data, long seed, int epochs, PrintWriter err) {
        var images = data.training().all();
        int classes =
                1 + java.util.Arrays.stream(data.training().labels()).max().orElseThrow();
        TrainingOptions options = TrainingOptions.DEFAULT
                .withOptimizer(Optimizer.sgd(0.05, 5e-4))
                .withSchedule(new Schedule.Cosine(Math.min(1, epochs / 5.0), 0))
                .withEpochs(epochs)
                .withBatchSize(BATCH)
                .withSeed(seed)
                .withAugmentation(new Augmentation(1, true));
        int steps = (images.dim(0) + BATCH - 1) / BATCH;
        try (ProgressBar bar = new ProgressBar(err, "Training model " + seed, (long) epochs * steps)) {
            Progress shown = (epoch, all, step, of, loss) -> bar.update((long) (epoch - 1) * of + step);
            var start = Architectures.smallCnn(images.dim(1), images.dim(2), images.dim(3), classes, seed);
            Graph learnt = Trainer.train(start, images, data.training().labels(), options, shown)
                    .graph();
            return Network.of(learnt, Precision.FLOAT32);
        }
    }
}
