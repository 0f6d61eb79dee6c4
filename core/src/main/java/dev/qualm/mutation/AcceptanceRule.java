package dev.qualm.mutation;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/**
 * When a candidate is good enough to be a mutant: its accuracy compared with a share of the original's, on the same items.
 *
 * @param comparison how the two are compared
 * @param ratio share of the original's accuracy, above 0 and at most 1
 */
public record AcceptanceRule(Comparison comparison, double ratio) {
    /** How accuracies are compared. */
    public enum Comparison {
        /** Accuracy greater than ratio times the original's, as Wu et al. 2019. */
        STRICT,
        /** Accuracy at least ratio times the original's, both rounded to two digits (ties to even), as nMutant. */
        ROUNDED;

        /** Lower case, as in commands. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public AcceptanceRule {
        if (!(ratio > 0 && ratio <= 1)) {
            throw new MutationException("Expected an accuracy ratio above 0 and at most 1, but found " + ratio);
        }
    }

    /** Accuracy strictly greater than 0.9 times the original's. */
    public static AcceptanceRule strict() {
        return new AcceptanceRule(Comparison.STRICT, 0.9);
    }

    /** Accuracy at least 0.9 times the original's, both rounded to two digits. */
    public static AcceptanceRule rounded() {
        return new AcceptanceRule(Comparison.ROUNDED, 0.9);
    }

    public AcceptanceRule withRatio(double newRatio) {
        return new AcceptanceRule(comparison, newRatio);
    }

    /** Whether a candidate of this accuracy is accepted; both as shares of 1. */
    public boolean accepts(double accuracy, double original) {
        return switch (comparison) {
            case STRICT -> accuracy > ratio * original;
            case ROUNDED -> twoDigits(accuracy).compareTo(twoDigits(ratio * original)) >= 0;
        };
    }

    /** Of the number itself, not of its shortest decimal form: what Python's {@code round(x, 2)} does. */
    private static BigDecimal twoDigits(double x) {
        return new BigDecimal(x).setScale(2, RoundingMode.HALF_EVEN);
    }

    /**
     * The fewest right answers with which a candidate is accepted; {@code items + 1} if even all right are too few.
     *
     * @param items number of items
     * @param original right answers of the original
     */
    public int leastCorrect(int items, int original) {
        // Both comparisons grow with the accuracy, so the first that is accepted decides.
        int low = 0;
        int high = items + 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (accepts((double) middle / items, (double) original / items)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    @Override
    public String toString() {
        return switch (comparison) {
            case STRICT -> "accuracy > " + ratio + " x original";
            case ROUNDED -> "round(accuracy, 2) >= round(" + ratio + " x original, 2)";
        };
    }
}
