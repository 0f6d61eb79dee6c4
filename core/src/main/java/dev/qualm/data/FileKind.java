package dev.qualm.data;

import dev.qualm.UnreadableFileException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/** What a data file is, told by its first bytes; only tables need the help of their name. */
enum FileKind {
    NPZ,
    NPY,
    IDX,
    CSV,
    IMAGE,
    UNKNOWN;

    static FileKind of(Path file) {
        byte[] head;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            in.mark(2);
            boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
            in.reset();
            head = (gzip ? new GZIPInputStream(in) : in).readNBytes(16);
        } catch (IOException e) {
            throw new UnreadableFileException(file + ": cannot be read (" + e + ")", e);
        }
        if (starts(head, 0x93, 'N', 'U', 'M', 'P', 'Y')) {
            return NPY;
        } else if (starts(head, 'P', 'K', 3, 4) || starts(head, 'P', 'K', 5, 6)) {
            return NPZ;
        } else if (starts(head, 0, 0) && head.length >= 4 && head[2] >= 8 && head[2] <= 14 && head[3] >= 1) {
            return IDX;
        } else if (starts(head, 0x89, 'P', 'N', 'G')
                || starts(head, 0xff, 0xd8, 0xff)
                || starts(head, 'R', 'I', 'F', 'F')
                || starts(head, 'G', 'I', 'F', '8')
                || starts(head, 'B', 'M')) {
            return ImageFolder.isImageName(file) || !isTableName(file) ? IMAGE : CSV;
        }
        return isTableName(file) ? CSV : UNKNOWN;
    }

    private static boolean isTableName(Path file) {
        return String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT).matches(".*\\.(csv|tsv|txt)(\\.gz)?");
    }

    private static boolean starts(byte[] head, int... magic) {
        if (head.length < magic.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if ((head[i] & 0xff) != magic[i]) {
                return false;
            }
        }
        return true;
    }
}
