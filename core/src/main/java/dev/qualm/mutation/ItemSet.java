package dev.qualm.mutation;

import dev.qualm.array.Array;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which items something was fitted on, by content: so that it is not evaluated on the same ones. Names and order do not matter for
 * {@link #shared}, preprocessing does.
 *
 * @param hash SHA-256 over the items' own hashes in order and their labels, in hexadecimal
 * @param items the first 64 bits of SHA-256 of each item's shape and elements (big-endian doubles), ascending
 */
public record ItemSet(String hash, long[] items) {
    public ItemSet {
        items = items.clone();
        Arrays.sort(items);
    }

    /**
     * A labelled data set in memory.
     *
     * @param inputs {@code [n, ...]}
     * @param labels class per item, {@code [n]}; empty if unknown
     */
    public static ItemSet of(Array inputs, int[] labels) {
        Builder builder = new Builder();
        builder.add(inputs);
        return builder.build(labels);
    }

    /**
     * The names of a batch's items, as in {@link #items}, but in the batch's order.
     *
     * @param inputs {@code [n, ...]}
     */
    public static long[] each(Array inputs) {
        Builder builder = new Builder();
        builder.add(inputs);
        return Arrays.copyOf(builder.items, builder.count);
    }

    /** A copy, ascending. */
    @Override
    public long[] items() {
        return items.clone();
    }

    /** Number of items, equal ones counted as often as they occur. */
    public int size() {
        return items.length;
    }

    /** How many items of another set are in this one. */
    public int shared(ItemSet other) {
        Set<Long> own = new HashSet<>();
        for (long i : items) {
            own.add(i);
        }
        return (int) Arrays.stream(other.items).filter(own::contains).count();
    }

    /**
     * Which items of a batch are in this set.
     *
     * @param inputs {@code [n, ...]}
     * @return {@code [n]}
     */
    public boolean[] holds(Array inputs) {
        Builder builder = new Builder();
        builder.add(inputs);
        boolean[] held = new boolean[builder.count];
        for (int i = 0; i < held.length; i++) {
            held[i] = Arrays.binarySearch(items, builder.items[i]) >= 0;
        }
        return held;
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof ItemSet s && hash.equals(s.hash) && Arrays.equals(items, s.items);
    }

    @Override
    public int hashCode() {
        return 31 * hash.hashCode() + Arrays.hashCode(items);
    }

    @Override
    public String toString() {
        return items.length + " items, sha256:" + hash;
    }

    /** Takes items batch after batch. */
    static final class Builder {
        private final MessageDigest whole = sha256();
        private final MessageDigest single = sha256();
        private long[] items = new long[64];
        private int count;

        /** @param batch {@code [n, ...]} */
        void add(Array batch) {
            int n = batch.dim(0);
            int size = n == 0 ? 0 : batch.size() / n;
            ByteBuffer bytes = ByteBuffer.allocate((batch.rank() - 1) * Integer.BYTES + size * Double.BYTES);
            for (int i = 0; i < n; i++) {
                bytes.clear();
                for (int axis = 1; axis < batch.rank(); axis++) {
                    bytes.putInt(batch.dim(axis));
                }
                for (int e = 0; e < size; e++) {
                    bytes.putDouble(batch.get(i * size + e));
                }
                byte[] digest = single.digest(bytes.array());
                whole.update(digest);
                items = count == items.length ? Arrays.copyOf(items, 2 * count) : items;
                items[count++] = ByteBuffer.wrap(digest).getLong();
            }
        }

        ItemSet build(int[] labels) {
            ByteBuffer classes = ByteBuffer.allocate(labels.length * Integer.BYTES);
            classes.asIntBuffer().put(labels);
            whole.update(classes);
            return new ItemSet(HexFormat.of().formatHex(whole.digest()), Arrays.copyOf(items, count));
        }

        private static MessageDigest sha256() {
            try {
                return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("Every Java runtime has SHA-256", e);
            }
        }
    }
}
