package dev.qualm.sustainability;

import dev.qualm.array.Array;
import dev.qualm.array.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Perturbations are scaled to one size before they are compared, item by item: with settings of unequal strength, part of what an
 * attack does to a layer is its size.
 *
 * @param length how the size of a change of an input is measured, in the unit of the analysis' box
 * @param radius the size all get, or null for that of the smallest perturbation of the item, so that all shrink and valid inputs
 *     stay valid. With a radius inputs may leave the box
 */
public record EqualNorm(Length length, @Nullable Double radius) {
    /** Sizes of changes. */
    public enum Length {
        /** Euclidean. */
        L2,
        /** The largest change of an entry. */
        LINF;

        /** As on a command line. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public EqualNorm {
        if (radius != null && !(radius > 0 && Double.isFinite(radius))) {
            throw new SustainabilityException("Expected a positive size of all perturbations, but found " + radius);
        }
    }

    /** To the smallest of an item. */
    public static EqualNorm smallest(Length length) {
        return new EqualNorm(length, null);
    }

    /**
     * What was scaled.
     *
     * @param inputs one array per perturbation
     * @param sizes of the changes before, by perturbation and item; 0 or NaN ones were left as they are
     */
    record Scaled(List<Array> inputs, double[][] sizes) {}

    Scaled scale(Array clean, List<Array> perturbed, double[] unit) {
        int n = clean.dim(0);
        double[] x = clean.toDoubles();
        double[][] sizes = new double[perturbed.size()][];
        double[] target = new double[n];
        java.util.Arrays.fill(target, radius == null ? Double.POSITIVE_INFINITY : radius);
        for (int k = 0; k < sizes.length; k++) {
            sizes[k] = new double[n];
            for (int i = 0; i < n; i++) {
                InputChange change = InputChange.of(clean, perturbed.get(k), i, unit);
                double size = length == Length.L2 ? change.l2() : change.linf();
                sizes[k][i] = size;
                if (radius == null && size > 0) {
                    target[i] = Math.min(target[i], size);
                }
            }
        }
        List<Array> out = new ArrayList<>();
        for (int k = 0; k < sizes.length; k++) {
            double[] moved = perturbed.get(k).toDoubles().clone();
            for (int i = 0; i < n; i++) {
                double factor = sizes[k][i] > 0 ? target[i] / sizes[k][i] : 1;
                for (int j = i * unit.length; factor > 0 && factor != 1 && j < (i + 1) * unit.length; j++) {
                    moved[j] = x[j] + (moved[j] - x[j]) * factor;
                }
            }
            Array exact = Array.of(moved, clean.shape());
            out.add(
                    clean.dtype() == DType.FLOAT64 || perturbed.get(k).dtype() == DType.FLOAT64
                            ? exact
                            : exact.asFloat32());
        }
        return new Scaled(out, sizes);
    }

    @Override
    public String toString() {
        return length.label() + " " + (radius == null ? "of the smallest perturbation of each item" : radius);
    }
}
