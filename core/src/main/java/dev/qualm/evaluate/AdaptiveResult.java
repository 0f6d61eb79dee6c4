package dev.qualm.evaluate;

import java.util.List;

/**
 * What attackers who know a detector made of it. A report whose adversarial rows lack this is stamped {@value EvaluationReport#NON_ADAPTIVE}:
 * attacks that ignore a detector say little about it (Carlini and Wagner 2017; Tramer et al. 2020).
 */
public interface AdaptiveResult {
    /** Name of the detector, as in the table. */
    String detector();

    /** Attacks, the weakest first; none count as not attacked. */
    List<? extends Rung> rungs();

    /** One kind of attack. */
    interface Rung {
        /** Short name, for example {@code joint-loss}. */
        String name();

        /** Number of items attacked. */
        int items();

        /** Share of them, in [0, 1], on which prediction and detector were fooled together. */
        double evaded();

        /** Threshold, budget and what else is needed to read the number, in one line. */
        String note();
    }
}
