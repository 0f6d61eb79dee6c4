package dev.qualm.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Shows how far a long piece of work has come: a bar that redraws itself on a terminal, now and then a line where
 * there is none (so that logs stay short and quick work leaves no trace). Any thread may report.
 */
public final class ProgressBar implements AutoCloseable {
    private static final int WIDTH = 24;
    private static final long REDRAW_NANOS = 100_000_000L;
    private static final long LINE_NANOS = 10_000_000_000L;

    private final PrintWriter err;
    private final String label;
    private final long total;
    private final boolean terminal;
    private final LongSupplier clock;
    private final long start;
    private long shown;
    private long done;
    private int drawn;
    private boolean closed;

    /**
     * @param label what is being done, for example {@code Scoring}
     * @param total number of steps that {@link #update} counts towards
     */
    public ProgressBar(PrintWriter err, String label, long total) {
        this(err, label, total, Terminal.isStandardError(), System::nanoTime);
    }

    ProgressBar(PrintWriter err, String label, long total, boolean terminal, LongSupplier clock) {
        this.err = err;
        this.label = label;
        this.total = total;
        this.terminal = terminal;
        this.clock = clock;
        this.start = clock.getAsLong();
        this.shown = terminal ? start - REDRAW_NANOS : start;
    }

    /**
     * Reports how many steps are done; smaller numbers than before (of threads that overtook each other) are ignored.
     */
    public void update(long steps) {
        update(steps, "");
    }

    /**
     * As {@link #update(long)}, with a remark.
     *
     * @param note a few words or numbers to show at the end of the line
     */
    public synchronized void update(long steps, String note) {
        if (closed || steps < done) {
            return;
        }
        done = steps;
        long now = clock.getAsLong();
        if (now - shown >= (terminal ? REDRAW_NANOS : LINE_NANOS)) {
            shown = now;
            if (terminal) {
                draw(bar(now, note));
            } else {
                err.println(label + " " + counts(now) + (note.isEmpty() ? "" : ", " + note));
                err.flush();
            }
        }
    }

    /** Prints a line that stays, above the bar. */
    public synchronized void line(String text) {
        draw("");
        err.println(text);
        err.flush();
    }

    private String bar(long now, String note) {
        int full = total <= 0 ? WIDTH : (int) Math.min(WIDTH, WIDTH * done / total);
        return label + " [" + "#".repeat(full) + ".".repeat(WIDTH - full) + "] " + counts(now)
                + (note.isEmpty() ? "" : ", " + note);
    }

    private String counts(long now) {
        String share = String.format(
                Locale.ROOT, "%,d of %,d (%d %%)", done, total, total <= 0 ? 100 : Math.min(100, 100 * done / total));
        if (done <= 0 || done >= total) {
            return share;
        }
        return share + ", " + duration((long) ((now - start) * ((total - done) / (double) done))) + " left";
    }

    /** Replaces the text of the current line; blanks cover what a longer one left behind. */
    private void draw(String text) {
        if (!terminal || (text.isEmpty() && drawn == 0)) {
            return;
        }
        String line = text.length() < Terminal.COLUMNS ? text : text.substring(0, Terminal.COLUMNS - 1);
        err.print("\r" + line + " ".repeat(Math.max(0, drawn - line.length())) + (line.isEmpty() ? "\r" : ""));
        err.flush();
        drawn = line.length();
    }

    /** For example {@code 8 s}, {@code 3 min 20 s} or {@code 2 h 5 min}. */
    static String duration(long nanos) {
        long seconds = Math.max(0, Math.round(nanos * 1e-9));
        if (seconds < 60) {
            return seconds + " s";
        }
        return seconds < 3600
                ? seconds / 60 + " min " + seconds % 60 + " s"
                : seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
    }

    /** Removes the bar; what follows starts on an empty line. */
    @Override
    public synchronized void close() {
        draw("");
        closed = true;
    }
}
