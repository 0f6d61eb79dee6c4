package dev.qualm.sustainability;

import dev.qualm.array.Array;
import org.jspecify.annotations.Nullable;

/**
 * Some inputs that are to be perturbed.
 *
 * @param inputs as the network takes them, {@code [n, ...]}
 * @param labels true classes, {@code [n]}, or null if they are unknown
 * @param rows place of each item in the data, {@code [n]}: what random numbers start from, so that they do not depend on how the
 *     data are cut into batches
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record Items(Array inputs, int @Nullable [] labels, int[] rows) {
    public int size() {
        return rows.length;
    }
}
