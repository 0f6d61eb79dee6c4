package dev.qualm.data;

import dev.qualm.UnreadableFileException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** The checks that the JDK's PNG reader leaves out: it takes files that are cut short or have wrong checksums. */
final class PngChunks {
    private static final int FIRST = 8;
    private static final int FRAME = 12;

    private PngChunks() {}

    /**
     * Walks the chunks to the end of the image.
     *
     * @throws UnreadableFileException if a chunk or the end is missing, or the checksum of a critical chunk is wrong
     */
    static void check(byte[] file, String name) {
        ByteBuffer bytes = ByteBuffer.wrap(file);
        int at = FIRST;
        while (file.length - at >= FRAME) {
            long length = bytes.getInt(at) & 0xffffffffL;
            String type = new String(file, at + 4, 4, StandardCharsets.ISO_8859_1);
            if (length > file.length - at - FRAME) {
                break;
            }
            int end = at + FRAME + (int) length;
            CRC32 crc = new CRC32();
            crc.update(file, at + 4, (int) length + 4);
            // Critical chunks are those whose first letter is a capital; damage elsewhere does not touch the pixels.
            if (Character.isUpperCase(type.charAt(0)) && (int) crc.getValue() != bytes.getInt(end - 4)) {
                throw new UnreadableFileException(
                        name + ": damaged PNG file, the checksum of the chunk at byte " + at + " is wrong");
            }
            if (type.equals("IEND")) {
                return;
            }
            at = end;
        }
        throw new UnreadableFileException(name + ": truncated PNG file, the chunk at byte " + at
                + " is not complete in " + file.length + " bytes");
    }
}
