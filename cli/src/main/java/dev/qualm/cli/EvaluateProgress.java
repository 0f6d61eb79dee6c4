package dev.qualm.cli;

import dev.qualm.evaluate.EvaluationProgress;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;

/** A bar for each set of an evaluation in turn. */
public final class EvaluateProgress implements EvaluationProgress, AutoCloseable {
    private final PrintWriter err;
    private String shown = "";
    private @Nullable ProgressBar bar;

    /** @param err where the bars are shown */
    public EvaluateProgress(PrintWriter err) {
        this.err = err;
    }

    @Override
    public synchronized void at(String what, int done, int of) {
        if (!what.equals(shown)) {
            close();
            shown = what;
            bar = new ProgressBar(err, what, of);
        }
        if (bar != null) {
            bar.update(done);
        }
    }

    @Override
    public synchronized void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
