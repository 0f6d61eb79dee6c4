package dev.qualm.cli;

import dev.qualm.detect.decision.ItemVerdict;
import dev.qualm.detect.verdict.CascadeRun;
import dev.qualm.detect.verdict.Staleness;
import dev.qualm.detect.verdict.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Counts verdicts and says what they promise. */
final class VerdictSummary {
    private final String promise;
    private final double alpha;
    private final int calibration;
    private final List<String> remarks;
    private final Map<String, Integer> alarms = new LinkedHashMap<>();
    private int items;
    private int raised;
    private int undefined;
    private String by = "";

    /**
     * @param promise in words
     * @param alpha false-alarm rate
     * @param calibration items of the calibration
     * @param remarks to put first
     */
    VerdictSummary(String promise, double alpha, int calibration, List<String> remarks) {
        this.promise = promise;
        this.alpha = alpha;
        this.calibration = calibration;
        this.remarks = List.copyOf(remarks);
    }

    void count(List<ItemVerdict> verdicts) {
        for (ItemVerdict v : verdicts) {
            items++;
            raised += v.overall().isAlarm() ? 1 : 0;
            undefined += v.overall().kind() == Verdict.Kind.UNDEFINED ? 1 : 0;
            v.detectors().forEach((name, own) -> alarms.merge(name, own.isAlarm() ? 1 : 0, Integer::sum));
            by = v.by();
        }
    }

    List<String> lines(@Nullable Double fdr, @Nullable CascadeRun tiers, @Nullable Staleness staleness) {
        List<String> lines = new ArrayList<>(remarks);
        int judged = items - undefined;
        if (fdr == null) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%,d %s in %,d items%s; were all ordinary, at most %.3g on average",
                    raised,
                    raised == 1 ? "alarm" : "alarms",
                    judged,
                    missing(),
                    alpha * judged));
            lines.add("promise: " + promise + (tiers == null ? "; " + calibration + " calibration items" : ""));
        } else {
            lines.add(String.format(
                    Locale.ROOT,
                    "%,d of %,d items flagged by %s%s; on average at most a share of %s of the flagged is ordinary;"
                            + " %d calibration items",
                    raised,
                    judged,
                    by,
                    missing(),
                    fdr,
                    calibration));
            // The smallest p-value is 1/(n + 1); k of m flagged takes k p-values of at most level k / m.
            long least = (long) Math.ceil(judged / (fdr * (calibration + 1)) - 1e-9);
            if (least > 1) {
                lines.add("with so few calibration items nothing is flagged unless " + least
                        + " or more items are; more of them see smaller groups");
            }
        }
        if (tiers != null) {
            tiers.toString().lines().forEach(lines::add);
        } else if (alarms.size() > 1) {
            lines.add("alarms of each detector by itself: "
                    + alarms.entrySet().stream()
                            .map(e -> e.getKey() + " " + e.getValue())
                            .collect(Collectors.joining(", ")));
        }
        if (staleness != null && staleness.stale()) {
            lines.add(staleness + ": the items from there on are not like those of the calibration, and verdicts"
                    + " promise nothing. Find out what changed; if the new items are to be trusted, fit or"
                    + " calibrate again with them. Items sorted by class or name look the same; shuffle those, or"
                    + " give --stale-level 0");
        }
        return lines;
    }

    private String missing() {
        return undefined == 0 ? "" : String.format(Locale.ROOT, " (%,d more without a verdict)", undefined);
    }
}
