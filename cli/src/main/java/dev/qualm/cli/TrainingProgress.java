package dev.qualm.cli;

import dev.qualm.training.Epoch;
import dev.qualm.training.Progress;
import java.io.PrintWriter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Shows training: a bar over all steps with the last loss, and a line for each epoch. */
final class TrainingProgress implements Progress, AutoCloseable {
    private final PrintWriter err;
    private @Nullable ProgressBar bar;

    TrainingProgress(PrintWriter err) {
        this.err = err;
    }

    @Override
    public void step(int epoch, int epochs, int step, int steps, double loss) {
        if (bar == null) {
            bar = new ProgressBar(err, "Training", (long) epochs * steps);
        }
        bar.update((long) (epoch - 1) * steps + step, String.format(Locale.ROOT, "loss %.4f", loss));
    }

    @Override
    public void epoch(Epoch epoch, int epochs) {
        if (bar != null) {
            bar.line(String.format(
                    Locale.ROOT,
                    "epoch %d of %d: loss %.4f, accuracy %.1f %%, learning rate %.2g, %.1f s",
                    epoch.number(),
                    epochs,
                    epoch.loss(),
                    100 * epoch.accuracy(),
                    epoch.learningRate(),
                    epoch.seconds()));
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
