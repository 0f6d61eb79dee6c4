package dev.qualm.detect.decision;

import dev.qualm.detect.verdict.BenjaminiHochberg;
import dev.qualm.detect.verdict.CalibrationException;
import dev.qualm.detect.verdict.Discoveries;
import dev.qualm.detect.verdict.Marginal;
import dev.qualm.detect.verdict.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Verdicts on many items at once: alarms of which, on average, at most a given share is false ({@link
 * BenjaminiHochberg}). All items must be there before any is decided.
 */
public final class FalseDiscoveries {
    private FalseDiscoveries() {}

    /**
     * How items are to be judged first, so that {@link #among} can decide anew.
     *
     * @throws CalibrationException if the settings ask for what has no proof with it
     */
    public static DecisionSettings settings(double level, DecisionSettings settings) {
        boolean plain = settings.smoothing() == null && settings.guarantee() instanceof Marginal;
        if (!plain || DecisionSettings.ANY.equals(settings.decider())) {
            throw new CalibrationException(
                    "Expected plain p-values of one detector for a false discovery rate, but found "
                            + settings + (plain ? ", of any detector" : "")
                            + "; leave out the training-conditional promise and smoothing, let one detector decide");
        }
        // With fewer calibration items than this promise needs, no p-value could ever be small enough.
        return new DecisionSettings(new Marginal(level), null, settings.byClass(), settings.decider());
    }

    /**
     * Decides anew about all items together, each detector's verdicts for themselves.
     *
     * @param items all of them, judged under {@link #settings}
     */
    public static List<ItemVerdict> among(List<ItemVerdict> items, double level) {
        if (items.isEmpty()) {
            return List.of();
        }
        Map<String, List<Verdict>> decided = new LinkedHashMap<>();
        for (String name : items.get(0).detectors().keySet()) {
            decided.put(
                    name,
                    decide(
                            items.stream()
                                    .map(v ->
                                            Objects.requireNonNull(v.detectors().get(name)))
                                    .toList(),
                            level));
        }
        List<ItemVerdict> out = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            int item = i;
            Map<String, Verdict> each = new LinkedHashMap<>();
            decided.forEach((name, verdicts) -> each.put(name, verdicts.get(item)));
            String by = items.get(i).by();
            out.add(new ItemVerdict(each, Objects.requireNonNull(each.get(by)), by));
        }
        return out;
    }

    private static List<Verdict> decide(List<Verdict> verdicts, double level) {
        Discoveries found = BenjaminiHochberg.of(
                verdicts.stream().mapToDouble(Verdict::pValue).toArray(), level);
        List<Verdict> out = new ArrayList<>();
        for (int i = 0; i < verdicts.size(); i++) {
            Verdict v = verdicts.get(i);
            out.add(
                    v.kind() == Verdict.Kind.UNDEFINED
                            ? v
                            : new Verdict(
                                    found.rejected()[i] ? Verdict.Kind.ALARM : Verdict.Kind.PASS,
                                    v.score(),
                                    v.pValue(),
                                    found.toString(),
                                    v.stale()));
        }
        return out;
    }
}
