package dev.qualm.sustainability;

import dev.qualm.metric.Interval;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How far one layer moved under one perturbation, by one measure.
 *
 * @param tap the layer
 * @param perturbation its name
 * @param measure what was measured
 * @param value mean over the items; for {@link Measure#LINEAR_CKA} the estimate over all batches. NaN if no item has a value
 * @param std sample standard deviation over the items, NaN for fewer than two; for linear CKA the standard error
 * @param interval for {@code value}, or null for fewer than two items (or batches)
 * @param whole the measure of all items as one tensor, one norm over everything: what the reference implementation reports for
 *     a batch. NaN for linear CKA
 * @param count items (or batches) with a value
 * @param undefined items without one, because a denominator is zero or a perturbation could not be scaled
 * @param nonFinite items whose representations hold NaN or infinity
 */
public record LayerMovement(
        Tap tap,
        String perturbation,
        Measure measure,
        double value,
        double std,
        @Nullable Interval interval,
        double whole,
        long count,
        long undefined,
        long nonFinite) {
    /** For example {@code relu1, fgsm:0.1: relative-error 0.312 of 100}. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s, %s: %s %.4g of %d%s",
                tap.tensor(),
                perturbation,
                measure.label(),
                value,
                count,
                undefined + nonFinite == 0 ? "" : " (" + (undefined + nonFinite) + " without a value)");
    }
}
