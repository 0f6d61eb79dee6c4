package dev.qualm.report.explanation;

import dev.qualm.metric.Interval;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How easily the explanations of a set of pictures are moved. Plain data: the page and the JSON file are made from this alone.
 *
 * @param title of the page
 * @param model its file's name
 * @param data the set's name
 * @param method the explanation's name
 * @param parameters of the method and of the attack, shown in this order
 * @param threshold PCC to the original below which an explanation counts as moved, -1 to 1
 * @param smoothing how the network was smoothed, for example {@code "β = 10"}; empty if it was not
 * @param intervals of medians, by {@link AuditMeasure#id}; those that are missing are not shown
 * @param provenance what was run: hashes, versions, seed; shown in this order
 * @param warnings limits a reader must know, for example that a bound is void
 */
public record AuditReport(
        String title,
        String model,
        String data,
        String method,
        Map<String, String> parameters,
        double threshold,
        String smoothing,
        List<AuditRow> rows,
        Map<String, Interval> intervals,
        Map<String, String> provenance,
        List<String> warnings) {
    public AuditReport {
        rows = List.copyOf(rows);
        warnings = List.copyOf(warnings);
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        intervals = Collections.unmodifiableMap(new LinkedHashMap<>(intervals));
        provenance = Collections.unmodifiableMap(new LinkedHashMap<>(provenance));
        intervals.keySet().forEach(AuditMeasure::named);
        long ids = rows.stream().map(AuditRow::id).distinct().count();
        if (ids != rows.size()) {
            throw new IllegalArgumentException(
                    "Expected an id of its own for each picture, but found " + ids + " ids for " + rows.size());
        }
        if (!(threshold >= -1 && threshold <= 1)) {
            throw new IllegalArgumentException("Expected a PCC as threshold, -1 to 1, but found " + threshold);
        }
    }

    /** Whether the explanation was moved: its map no longer resembles the original's while the prediction stayed. */
    public boolean moved(AuditRow row) {
        return row.present() && row.classKept() && row.toOriginal().pcc() < threshold;
    }

    /** The pictures whose explanations moved farthest, those with the prediction kept first. */
    public List<AuditRow> worst(int most) {
        return rows.stream()
                .filter(AuditRow::present)
                .sorted(Comparator.comparing((AuditRow r) -> !r.classKept())
                        .thenComparingDouble(r -> r.toOriginal().pcc()))
                .limit(most)
                .toList();
    }

    /** What was found, in plain words. */
    public String verdict() {
        return AuditVerdict.of(this);
    }
}
