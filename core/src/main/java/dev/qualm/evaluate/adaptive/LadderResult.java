package dev.qualm.evaluate.adaptive;

import dev.qualm.Provenance;
import dev.qualm.attack.Budget;
import dev.qualm.evaluate.AdaptiveResult;
import dev.qualm.metric.Proportion;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a classifier and a detector together stood up to the ladder.
 *
 * @param detector the score's name
 * @param threshold scores above it raise an alarm
 * @param budget how far items were moved
 * @param given items given
 * @param wrong of these misclassified before any attack, and left out
 * @param alarmed of these classified correctly but alarmed, or without a score, and left out
 * @param rungs in order; those that do not apply say why
 * @param evasions whether an item evades on any rung, {@code [n]}
 * @param warnings signs that the attacks were too weak
 * @param provenance settings, gradients and seed
 */
public record LadderResult(
        String detector,
        double threshold,
        Budget budget,
        int given,
        int wrong,
        int alarmed,
        List<LadderRung> rungs,
        boolean[] evasions,
        List<LadderWarning> warnings,
        Provenance provenance)
        implements AdaptiveResult {
    private static final String ORIGIN = "threshold from";

    public LadderResult {
        rungs = List.copyOf(rungs);
        warnings = List.copyOf(warnings);
    }

    /** Items attacked: classified correctly, without an alarm. */
    public int items() {
        return evasions.length;
    }

    /** Share of items that evade on any rung: the number to quote. Null without items. */
    @Override
    public @Nullable Proportion worst() {
        return items() == 0 ? null : Proportion.of(evasions);
    }

    @Override
    public String conditions() {
        String from = provenance.entries().get(ORIGIN);
        return String.format(
                        Locale.ROOT,
                        "alarms above %.4g, %s: %d of %d items (%d misclassified, %d alarmed before)",
                        threshold,
                        budget,
                        items(),
                        given,
                        wrong,
                        alarmed)
                + (from == null ? "" : "; threshold from " + from);
    }

    /** The same, and where its threshold comes from. */
    LadderResult withThresholdFrom(String origin) {
        return new LadderResult(
                detector,
                threshold,
                budget,
                given,
                wrong,
                alarmed,
                rungs,
                evasions,
                warnings,
                provenance.with(ORIGIN, origin));
    }

    @Override
    public List<String> doubts() {
        return warnings.stream().map(LadderWarning::toString).toList();
    }

    /**
     * The rung of that name.
     *
     * @throws dev.qualm.QualmException if there is none
     */
    public LadderRung rung(String name) {
        return rungs.stream()
                .filter(r -> r.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new dev.qualm.QualmException("Expected a rung among "
                        + rungs.stream().map(LadderRung::name).toList() + ", but found '" + name + "'"));
    }

    /** The table, the worst case, what did not apply, and the warnings. */
    @Override
    public String toString() {
        return LadderTable.of(this);
    }
}
