package dev.qualm.data;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What is read from a JPEG file's header segments: the EXIF orientation, and the file without its colour profile.
 *
 * @param orientation 1 to 8 as in EXIF 2.3 tag 0x0112; 1 (upright) where the file does not say
 * @param withoutProfile the same file with its ICC segments cut out
 */
@SuppressWarnings("ArrayRecordComponent") // package-private carrier, never compared
record JpegSegments(int orientation, byte[] withoutProfile) {
    private static final byte[] EXIF = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ICC = "ICC_PROFILE\0".getBytes(StandardCharsets.US_ASCII);
    private static final int START_OF_SCAN = 0xDA;
    private static final int ORIENTATION = 0x0112;

    /*
     * Profiles are cut because training pipelines ignore them (Pillow decodes to the stored numbers), and because a
     * profile is one more thing that a hostile file can damage. The walk stops at the first scan or at anything that is
     * no segment; the decoder judges the rest.
     */
    static JpegSegments of(byte[] file) {
        byte[] out = file.clone();
        int kept = 2;
        int at = 2;
        int orientation = 1;
        while (at + 4 <= file.length && (file[at] & 0xff) == 0xff && (file[at + 1] & 0xff) != START_OF_SCAN) {
            int length = 2 + (((file[at + 2] & 0xff) << 8) | (file[at + 3] & 0xff));
            if (length < 4 || at + length > file.length) {
                break;
            }
            int marker = file[at + 1] & 0xff;
            if (marker == 0xE1 && startsWith(file, at + 4, EXIF) && orientation == 1) {
                orientation = orientation(file, at + 4 + EXIF.length, at + length);
            }
            if (marker != 0xE2 || !startsWith(file, at + 4, ICC)) {
                System.arraycopy(file, at, out, kept, length);
                kept += length;
            }
            at += length;
        }
        System.arraycopy(file, at, out, kept, file.length - at);
        return new JpegSegments(orientation, Arrays.copyOf(out, kept + file.length - at));
    }

    private static boolean startsWith(byte[] file, int at, byte[] prefix) {
        return at + prefix.length <= file.length
                && Arrays.equals(file, at, at + prefix.length, prefix, 0, prefix.length);
    }

    /** Searches the first directory of the TIFF block at {@code from}; anything odd means upright. */
    private static int orientation(byte[] f, int from, int to) {
        if (to - from < 8 || f[from] != f[from + 1] || (f[from] != 'I' && f[from] != 'M')) {
            return 1;
        }
        boolean little = f[from] == 'I';
        long directory = from + number(f, from + 4, 4, little);
        if (directory + 2 > to) {
            return 1;
        }
        int entries = (int) number(f, (int) directory, 2, little);
        for (int i = 0; i < entries; i++) {
            int entry = (int) directory + 2 + 12 * i;
            if (entry + 12 > to) {
                return 1;
            }
            if (number(f, entry, 2, little) == ORIENTATION) {
                int value = (int) number(f, entry + 8, 2, little);
                return value >= 1 && value <= 8 ? value : 1;
            }
        }
        return 1;
    }

    private static long number(byte[] f, int at, int bytes, boolean little) {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value = (value << 8) | (f[little ? at + bytes - 1 - i : at + i] & 0xff);
        }
        return value;
    }
}
