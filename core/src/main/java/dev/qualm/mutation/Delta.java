package dev.qualm.mutation;

import dev.qualm.array.Array;
import dev.qualm.array.DType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The entries of one weight that a mutant changes; all others stay bit for bit. Immutable: arrays go in and out as copies.
 *
 * @param weight name of the initializer
 * @param positions changed entries by their number in row-major order, {@code [k]}, ascending
 * @param values what they become, {@code [k]}, in the weight's own element type
 */
public record Delta(String weight, int[] positions, Array values) {
    public Delta {
        positions = positions.clone();
        values = values.slice(0, values.dim(0));
        if (values.rank() != 1
                || values.size() != positions.length
                || !values.dtype().isFloating()) {
            throw new MutationException("Delta of weight '" + weight + "': expected as many float values as the "
                    + positions.length + " positions, but found " + values);
        }
        for (int i = 0; i < positions.length; i++) {
            if (positions[i] < 0 || (i > 0 && positions[i] <= positions[i - 1])) {
                throw new MutationException("Delta of weight '" + weight
                        + "': expected positions from 0 in ascending order, but found " + positions[i] + " at " + i);
            }
        }
    }

    /**
     * What turns one array into another.
     *
     * @return null if all entries are equal as numbers
     * @throws MutationException if shape or element type differ, or are not float
     */
    public static @Nullable Delta between(String weight, Array from, Array to) {
        if (from.dtype() != to.dtype()
                || !Arrays.equals(from.shape(), to.shape())
                || !from.dtype().isFloating()) {
            throw new MutationException(
                    "Weight '" + weight + "': expected a changed " + from + " of floats, but found " + to);
        }
        int count = 0;
        for (int i = 0; i < from.size(); i++) {
            count += from.get(i) != to.get(i) ? 1 : 0;
        }
        if (count == 0) {
            return null;
        }
        int[] positions = new int[count];
        double[] values = new double[count];
        for (int i = 0, k = 0; i < from.size(); i++) {
            if (from.get(i) != to.get(i)) {
                positions[k] = i;
                values[k++] = to.get(i);
            }
        }
        return new Delta(weight, positions, typed(values, from.dtype()));
    }

    /** A vector of numbers in an element type. */
    static Array typed(double[] values, DType type) {
        Array wide = Array.of(values, values.length);
        return type == DType.FLOAT64 ? wide : wide.asFloat32();
    }

    /** A copy. */
    @Override
    public int[] positions() {
        return positions.clone();
    }

    /** A copy. */
    @Override
    public Array values() {
        return values.slice(0, positions.length);
    }

    /** Number of changed entries. */
    public int size() {
        return positions.length;
    }

    /**
     * A changed copy of the weight.
     *
     * @throws MutationException if the weight has another element type or too few entries
     */
    public Array applyTo(Array original) {
        int last = positions.length == 0 ? -1 : positions[positions.length - 1];
        if (original.dtype() != values.dtype() || original.size() <= last) {
            throw new MutationException("Weight '" + weight + "': expected " + values.dtype() + " of at least "
                    + (last + 1) + " entries, but found " + original
                    + "; the mutant was made for another network");
        }
        if (original.dtype() == DType.FLOAT64) {
            double[] out = original.doubles().clone();
            double[] changed = values.doubles();
            for (int k = 0; k < positions.length; k++) {
                out[positions[k]] = changed[k];
            }
            return Array.of(out, original.shape());
        }
        float[] out = original.floats().clone();
        float[] changed = values.floats();
        for (int k = 0; k < positions.length; k++) {
            out[positions[k]] = changed[k];
        }
        return Array.of(out, original.shape());
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof Delta d
                && weight.equals(d.weight)
                && Arrays.equals(positions, d.positions)
                && values.equals(d.values);
    }

    @Override
    public int hashCode() {
        return (31 * weight.hashCode() + Arrays.hashCode(positions)) * 31 + values.hashCode();
    }

    @Override
    public String toString() {
        return positions.length + " entries of " + weight;
    }
}
