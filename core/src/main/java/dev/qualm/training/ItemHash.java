package dev.qualm.training;

import dev.qualm.array.Array;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Tells whether two trainings saw the same items. */
final class ItemHash {
    private ItemHash() {}

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
