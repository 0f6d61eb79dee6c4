package dev.qualm.detect.decision;

import dev.qualm.Status;
import dev.qualm.detect.ScoreTable;
import dev.qualm.detect.verdict.CalibrationMartingale;
import dev.qualm.detect.verdict.ConformalCalibration;
import dev.qualm.detect.verdict.Staleness;
import java.util.ArrayList;
import java.util.List;

/**
 * Watches whether items, in the order they come, are still like those of the calibration, and marks verdicts once
 * they are not. One object per stream, from one thread at a time; it must see all items in order. A stream that is
 * sorted, for example by class, is not like the calibration either.
 */
/*
 * Several scores share the level equally: then the probability that any of their martingales ever alarms without
 * cause is at most the level.
 */
public final class StreamWatch {
    private final List<String> names;
    private final List<CalibrationMartingale> monitors;
    private final List<Staleness> latest = new ArrayList<>();

    private StreamWatch(List<String> names, List<CalibrationMartingale> monitors) {
        this.names = names;
        this.monitors = monitors;
        monitors.forEach(m -> latest.add(m.staleness()));
    }

    /** @param scores {@code [name][item]} of the calibration */
    static StreamWatch of(List<String> names, double[][] scores, double level, long seed) {
        List<CalibrationMartingale> monitors = new ArrayList<>();
        for (double[] of : scores) {
            monitors.add(CalibrationMartingale.of(ConformalCalibration.of(of), level / scores.length, seed));
        }
        return new StreamWatch(names, monitors);
    }

    /** Takes the next items; their verdicts are marked from the item on at which the calibration is found stale. */
    public JudgedItems observe(JudgedItems judged) {
        ScoreTable table = judged.scores();
        List<ItemVerdict> marked = new ArrayList<>();
        for (int i = 0; i < table.size(); i++) {
            boolean read = table.status().get(i).kind() != Status.Kind.UNREADABLE;
            for (int m = 0; read && m < monitors.size(); m++) {
                latest.set(m, monitors.get(m).observe(table.of(names.get(m))[i]));
            }
            marked.add(judged.verdicts().get(i).under(staleness()));
        }
        return new JudgedItems(table, marked, judged.tiers());
    }

    /** How things are: of the first score whose calibration was found stale, if any was. */
    public Staleness staleness() {
        return latest.stream().filter(Staleness::stale).findFirst().orElse(latest.get(0));
    }

    /** Names of the scores that are watched. */
    public List<String> names() {
        return List.copyOf(names);
    }

    @Override
    public String toString() {
        return "watch over " + names + ": " + staleness();
    }
}
