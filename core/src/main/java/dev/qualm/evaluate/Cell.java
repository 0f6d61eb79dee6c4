package dev.qualm.evaluate;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One detector on one set under one view.
 *
 * @param model name of the model
 * @param detector name of the detector
 * @param set name of the set
 * @param role what its items are
 * @param view which of them are positive
 * @param negatives items to be trusted, those without a score included
 * @param positives items to be caught, likewise
 * @param undefinedNegatives items to be trusted that the detector has no score of; left out of all numbers
 * @param undefinedPositives items to be caught likewise
 * @param numbers null where a side has no items with a score
 * @param selective null for {@link View#DETECTION} and likewise
 * @param missing why there are no numbers; empty if there are
 * @param baseline comparison with the baseline; null for the baseline itself and where there are no numbers
 * @param floor how it stands to msp, energy and gen
 * @param notBeaten those of the floor that it is not better than, beyond chance
 * @param cost what the detector costs
 * @param adaptive what attackers who know the detector made of it; null for none and for sets without attacks
 */
public record Cell(
        String model,
        String detector,
        String set,
        Role role,
        View view,
        int negatives,
        int positives,
        int undefinedNegatives,
        int undefinedPositives,
        @Nullable RankNumbers numbers,
        @Nullable SelectiveNumbers selective,
        String missing,
        @Nullable Comparison baseline,
        FloorVerdict floor,
        List<String> notBeaten,
        DetectorCost cost,
        @Nullable AdaptiveResult adaptive) {
    public Cell {
        notBeaten = List.copyOf(notBeaten);
    }

    /** AUROC, or NaN. */
    public double auroc() {
        return numbers == null ? Double.NaN : numbers.auroc().value();
    }

    /** Whether it speaks of attacks though nobody attacked the detector. */
    public boolean nonAdaptive() {
        return role == Role.ADVERSARIAL && (adaptive == null || !adaptive.attacked());
    }

    /** Items of either side without a score. */
    public int undefined() {
        return undefinedNegatives + undefinedPositives;
    }
}
