package dev.qualm.training;

import dev.qualm.array.Array;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Names items by what they hold, so that it can be told whether two trainings, or two splits, saw the same ones. */
public final class ItemHash {
    private ItemHash() {}

    /**
     * A name for each item: SHA-256 of its shape and of its elements as big-endian doubles in row-major order, in
     * hexadecimal. Items that differ in one bit have different names; float32 items and their float64 copies have one.
     *
     * @param items {@code [n, ...]}, as the network takes them
     */
    public static List<String> each(Array items) {
        List<String> out = new ArrayList<>();
        for (int i = 0; i < items.dim(0); i++) {
            out.add(of(items.slice(i, i + 1), new int[0]));
        }
        return out;
    }

    /** SHA-256 of the shape, the elements as big-endian doubles in row-major order, and the labels, in hexadecimal. */
    static String of(Array items, int[] labels) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (int d : items.shape()) {
                digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(d).flip());
            }
            ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
            for (int i = 0; i < items.size(); i++) {
                if (!buffer.hasRemaining()) {
                    digest.update(buffer.flip());
                    buffer.clear();
                }
                buffer.putDouble(items.get(i));
            }
            digest.update(buffer.flip());
            ByteBuffer classes = ByteBuffer.allocate(labels.length * Integer.BYTES);
            classes.asIntBuffer().put(labels);
            digest.update(classes);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }
}
