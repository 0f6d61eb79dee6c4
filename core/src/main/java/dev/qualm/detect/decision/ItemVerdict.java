package dev.qualm.detect.decision;

import dev.qualm.detect.verdict.Staleness;
import dev.qualm.detect.verdict.Verdict;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What was decided about one item.
 *
 * @param detectors each detector's own verdict, for information; empty for tiers
 * @param overall the verdict that counts
 * @param by the detector or tier that gave it, or {@link DecisionSettings#ANY}
 */
public record ItemVerdict(Map<String, Verdict> detectors, Verdict overall, String by) {
    public ItemVerdict {
        detectors = Collections.unmodifiableMap(new LinkedHashMap<>(detectors));
    }

    /** These verdicts, marked stale if the monitor says so. */
    public ItemVerdict under(Staleness staleness) {
        if (!staleness.stale()) {
            return this;
        }
        Map<String, Verdict> marked = new LinkedHashMap<>();
        detectors.forEach((name, v) -> marked.put(name, v.under(staleness)));
        return new ItemVerdict(marked, overall.under(staleness), by);
    }

    @Override
    public String toString() {
        return overall + " by " + by;
    }
}
