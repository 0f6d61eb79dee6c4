package dev.qualm.mutation;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Tells whether two mutants make the same changes, without keeping both. */
final class ContentHash {
    private ContentHash() {}

    static String of(Mutant mutant) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Delta d : mutant.deltas()) {
                byte[] name = d.weight().getBytes(StandardCharsets.UTF_8);
                int[] positions = d.positions();
                double[] values = d.values().toDoubles();
                ByteBuffer bytes = ByteBuffer.allocate(
                        2 * Integer.BYTES + name.length + positions.length * (Integer.BYTES + Double.BYTES));
                bytes.putInt(name.length).put(name).putInt(positions.length);
                for (int i = 0; i < positions.length; i++) {
                    bytes.putInt(positions[i]).putDouble(values[i]);
                }
                digest.update(bytes.flip());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }
}
