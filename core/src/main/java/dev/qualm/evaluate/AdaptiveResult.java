package dev.qualm.evaluate;

import dev.qualm.metric.Proportion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What attackers who know a detector made of it. A report whose adversarial rows lack this is stamped
 * {@value EvaluationReport#NON_ADAPTIVE}: attacks that ignore a detector say little about it (Carlini and Wagner 2017;
 * Tramer et al. 2020). Tramer et al. 2020).
 */
public interface AdaptiveResult {
    /** Name of the detector, as in the table. */
    String detector();

    /** Attacks, the weakest first; none, or none with items, count as not attacked. */
    List<? extends Rung> rungs();

    /** Share of the items that evade by any of the attacks: the number to quote. Null without items. */
    @Nullable
    Proportion worst();

    /** Threshold, budget and what became of the items, in one line. */
    String conditions();

    /** Signs that the attacks were too weak, a line each. */
    List<String> doubts();

    /** Whether anything was attacked at all. */
    default boolean attacked() {
        return rungs().stream().anyMatch(r -> r.items() > 0);
    }

    /** One kind of attack. */
    interface Rung {
        /** Short name, for example {@code joint}. */
        String name();

        /** Number of items attacked; 0 if the attack does not apply. */
        int items();

        /** Share of them, in [0, 1], on which prediction and detector were fooled together; NaN without items. */
        double evaded();

        /** How it worked, or why it does not apply, in one line. */
        String note();

        /** Evaded items with their intervals; null without items. */
        @Nullable
        Proportion evadedShare();

        /** Items that got another class, whatever the detector says of them; null without items. */
        @Nullable
        Proportion misclassifiedShare();

        /** What an item cost on average, in forward passes. */
        double passes();
    }
}
