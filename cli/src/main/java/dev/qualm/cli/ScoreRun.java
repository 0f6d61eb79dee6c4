package dev.qualm.cli;

import dev.qualm.Status;
import dev.qualm.data.Dataset;
import dev.qualm.detect.ScoreTable;
import dev.qualm.detect.decision.JudgedItems;
import dev.qualm.detect.fitted.DetectorException;
import dev.qualm.detect.fitted.FittedDetectors;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Scores data and writes a line per item.
 *
 * @param fitted detectors that must not have seen the items, or null
 * @param err where progress is shown
 * @param say takes the summary
 */
record ScoreRun(
        Dataset data,
        ItemJudge judge,
        @Nullable FittedDetectors fitted,
        ScoreLines lines,
        PrintWriter err,
        Consumer<String> say) {
    /** Items between two writes; large enough to keep many threads busy. */
    private static final int BLOCK = 1024;

    void write(PrintWriter to) {
        long start = System.nanoTime();
        Map<Status.Kind, Integer> kinds = new LinkedHashMap<>();
        int n = data.size();
        int written = 0;
        List<JudgedItems> kept = new ArrayList<>();
        try (ProgressBar bar = new ProgressBar(err, "Scoring", n)) {
            // In blocks, so that results come while the work goes on and memory does not grow with the data.
            for (int from = 0; from < n && !to.checkError(); from += BLOCK) {
                int before = from;
                Dataset block = data.slice(from, Math.min(n, from + BLOCK));
                requireUnseen(block);
                JudgedItems judged = judge.judge(block, done -> bar.update((long) before + done));
                judged.scores().status().forEach(s -> kinds.merge(s.kind(), 1, Integer::sum));
                written += judged.scores().size();
                if (judge.decidesTogether()) {
                    kept.add(judged);
                } else {
                    print(judged, block, to);
                }
            }
        }
        int at = 0;
        for (JudgedItems judged : judge.together(kept)) {
            int next = at + judged.scores().size();
            print(judged, data.slice(at, next), to);
            at = next;
        }
        say.accept(summary(written, kinds, System.nanoTime() - start));
        judge.summary().forEach(say);
    }

    private void print(JudgedItems judged, Dataset block, PrintWriter to) {
        ScoreTable table = judged.scores();
        int[] labels = block.labelled() ? block.labels() : null;
        for (int i = 0; i < table.size(); i++) {
            to.print(lines.line(
                            table,
                            i,
                            labels,
                            judged.verdicts().isEmpty()
                                    ? null
                                    : judged.verdicts().get(i)) + "\n");
        }
        to.flush();
    }

    /** Says how many of all items are not new, not only of the first block that has some. */
    private void requireUnseen(Dataset block) {
        if (fitted == null) {
            return;
        }
        try {
            fitted.requireUnseen(block);
        } catch (DetectorException e) {
            fitted.requireUnseen(data);
            throw e;
        }
    }

    private static String summary(int n, Map<Status.Kind, Integer> kinds, long nanos) {
        double seconds = nanos * 1e-9;
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "scored %,d %s in %.1f s (%,.0f per second)",
                n,
                n == 1 ? "item" : "items",
                seconds,
                n / Math.max(seconds, 1e-9)));
        kinds.forEach((kind, count) -> text.append(String.format(
                Locale.ROOT,
                switch (kind) {
                    case OK -> "";
                    case UNREADABLE -> "; %,d could not be read";
                    case NON_FINITE -> "; %,d without a finite output";
                    case ZERO_GRADIENT -> "; %,d with a zero gradient";
                    case UNDEFINED -> "; %,d without some of the scores";
                },
                count)));
        return text.toString();
    }
}
