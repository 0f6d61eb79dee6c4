package dev.qualm.sustainability;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How far a representation moved, from a (clean) to b (perturbed). All grow with the movement and are 0 where nothing moved.
 * Defined per item over all entries of its tensor, but for {@link #LINEAR_CKA}, which compares batches.
 */
/*
 * All but the largest change follow from three sums per item and tap: D = |a - b|^2, A = |a|^2 and B = |b|^2. The cosine distance is
 * (D - (|a| - |b|)^2) / (2 |a| |b|), which equals 1 - a.b / (|a| |b|) and keeps its digits where a and b are nearly parallel.
 */
public enum Measure {
    /** |a - b| / |a|, the published measure. Undefined where a is zero. */
    RELATIVE_ERROR,
    /** |a - b|, in units of the activations. */
    ABSOLUTE_L2,
    /** |a - b|^2 divided by the number of entries. */
    MSE,
    /** The largest change of an entry. */
    LINF,
    /** 1 - cos(a, b), from 0 to 2. Undefined where a or b is zero. */
    COSINE_DISTANCE,
    /** 1 - CKA with linear kernels; see {@link CkaOptions}. Undefined where a batch does not vary. */
    LINEAR_CKA;

    /** As on a command line: {@code relative-error}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether each item has a value of its own. */
    public boolean perItem() {
        return this != LINEAR_CKA;
    }

    /**
     * The measure of a label.
     *
     * @throws SustainabilityException if there is none, listing all
     */
    public static Measure of(String label) {
        return Arrays.stream(values())
                .filter(m -> m.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new SustainabilityException("Expected one of the measures "
                        + Arrays.stream(values()).map(Measure::label).collect(Collectors.joining(", "))
                        + ", but found '" + label + "'"));
    }

    /**
     * Value from sums over the entries; NaN where it is undefined.
     *
     * @param difference sum of (a - b)^2
     * @param clean sum of a^2
     * @param perturbed sum of b^2
     * @param largest max |a - b|
     * @param entries how many
     */
    double value(double difference, double clean, double perturbed, double largest, double entries) {
        return switch (this) {
            case RELATIVE_ERROR -> clean == 0 ? Double.NaN : Math.sqrt(difference) / Math.sqrt(clean);
            case ABSOLUTE_L2 -> Math.sqrt(difference);
            case MSE -> entries == 0 ? Double.NaN : difference / entries;
            case LINF -> largest;
            case COSINE_DISTANCE -> cosineDistance(difference, clean, perturbed);
            case LINEAR_CKA -> throw new IllegalArgumentException("linear CKA compares batches, not items");
        };
    }

    private static double cosineDistance(double difference, double clean, double perturbed) {
        double a = Math.sqrt(clean);
        double b = Math.sqrt(perturbed);
        if (a == 0 || b == 0) {
            return Double.NaN;
        }
        double gap = a - b;
        return Math.min(2, Math.max(0, (difference - gap * gap) / (2 * a * b)));
    }

    /** Why an item has no value. */
    String reason() {
        return switch (this) {
            case RELATIVE_ERROR -> "the clean representation is zero";
            case COSINE_DISTANCE -> "a representation is zero";
            case LINEAR_CKA -> "the representations of the batch do not vary";
            case ABSOLUTE_L2, MSE, LINF -> "the representation is empty";
        };
    }
}
