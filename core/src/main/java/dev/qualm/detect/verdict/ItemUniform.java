package dev.qualm.detect.verdict;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A uniform number per item from a recorded seed and what the item holds, so that it depends neither on the order of items nor
 * on their batch, and a verdict can be given again. Items of equal content have equal numbers.
 *
 * @param seed who knows it can look for contents with a small number: keep it to yourself where inputs come from opponents
 */
public record ItemUniform(long seed) {
    /**
     * A number strictly between 0 and 1: 52 bits of the SHA-256 of seed and content.
     *
     * @param content a name that says what the item holds, best a hash of its elements
     */
    public double of(String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        ByteBuffer buffer =
                ByteBuffer.allocate(Long.BYTES + bytes.length).putLong(seed).put(bytes);
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(buffer.array());
            return ((ByteBuffer.wrap(hash).getLong() >>> 12) + 0.5) * 0x1p-52;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }
}
