package dev.qualm.detect.decision;

import dev.qualm.detect.ScoreTable;
import dev.qualm.detect.verdict.CascadeRun;
import dev.qualm.detect.verdict.Verdict;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Verdicts on items, in their order.
 *
 * @param scores what they rest on; of tiers, NaN where a tier was not asked
 * @param verdicts per item
 * @param tiers what each tier did and cost, or null if there are no tiers
 */
public record JudgedItems(
        ScoreTable scores,
        List<ItemVerdict> verdicts,
        @Nullable CascadeRun tiers) {
    public JudgedItems {
        verdicts = List.copyOf(verdicts);
    }

    /** How many overall verdicts are of a kind. */
    public int count(Verdict.Kind kind) {
        return (int) verdicts.stream().filter(v -> v.overall().kind() == kind).count();
    }

    @Override
    public String toString() {
        return count(Verdict.Kind.ALARM) + " alarms, " + count(Verdict.Kind.PASS) + " passes, "
                + count(Verdict.Kind.UNDEFINED) + " undefined";
    }
}
