package dev.qualm.mutation;

import dev.qualm.array.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Changes of entries as they are drawn, in any order, each entry at most once; reads always see the original. */
final class Edits {
    private static final class Growing {
        private long[] keys = new long[16];
        private double[] values = new double[16];
        private int size;

        void add(int position, double value) {
            if (size == keys.length) {
                keys = Arrays.copyOf(keys, 2 * size);
                values = Arrays.copyOf(values, 2 * size);
            }
            // Position first, order of arrival second: sorting the keys sorts the values along.
            keys[size] = (long) position << 32 | size;
            values[size++] = value;
        }
    }

    private final Map<String, Array> originals;
    private final Map<String, Growing> changes = new HashMap<>();

    Edits(Map<String, Array> originals) {
        this.originals = originals;
    }

    double get(String weight, int position) {
        return original(weight).get(position);
    }

    void set(String weight, int position, double value) {
        changes.computeIfAbsent(weight, k -> new Growing()).add(position, value);
    }

    void negate(String weight, int position) {
        set(weight, position, -get(weight, position));
    }

    private Array original(String weight) {
        return java.util.Objects.requireNonNull(originals.get(weight));
    }

    /** What really differs from the original once rounded to each weight's element type. */
    List<Delta> deltas() {
        List<Delta> deltas = new ArrayList<>();
        if (changes.isEmpty()) {
            return deltas;
        }
        for (String weight : originals.keySet()) {
            Growing g = changes.get(weight);
            if (g == null) {
                continue;
            }
            long[] keys = Arrays.copyOf(g.keys, g.size);
            Arrays.sort(keys);
            Array original = original(weight);
            Array rounded = Delta.typed(Arrays.copyOf(g.values, g.size), original.dtype());
            int[] positions = new int[g.size];
            double[] values = new double[g.size];
            int count = 0;
            for (long key : keys) {
                int position = (int) (key >>> 32);
                double value = rounded.get((int) key);
                if (value != original.get(position)) {
                    positions[count] = position;
                    values[count++] = value;
                }
            }
            if (count > 0) {
                deltas.add(new Delta(
                        weight,
                        Arrays.copyOf(positions, count),
                        Delta.typed(Arrays.copyOf(values, count), original.dtype())));
            }
        }
        return deltas;
    }
}
