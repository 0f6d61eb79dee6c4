package dev.qualm.detect.verdict;

import org.jspecify.annotations.Nullable;

/** Turns one score into a verdict. Immutable; any number of threads may use it. */
public sealed interface VerdictRule permits PooledRule, ClassConditionalRule {
    /** What is promised. */
    Guarantee guarantee();

    /** Where smoothed p-values have their uniform numbers from, or null for p-values that count ties against the alarm. */
    @Nullable
    ItemUniform smoothing();

    /**
     * The verdict on an item.
     *
     * @param score of the item; NaN gives an undefined verdict
     * @param predicted class that the network predicts, which a {@link PooledRule} does not look at
     * @param content what the item holds, for smoothed p-values; others do not look at it
     */
    Verdict verdict(double score, int predicted, String content);

    /**
     * The verdict on an item by a rule without smoothing.
     *
     * @throws CalibrationException if the rule smooths: it must know the item's content
     */
    default Verdict verdict(double score, int predicted) {
        if (smoothing() != null) {
            throw new CalibrationException(
                    "Expected the item's content, but found none: this rule gives smoothed p-values,"
                            + " whose random number depends on it");
        }
        return verdict(score, predicted, "");
    }
}
