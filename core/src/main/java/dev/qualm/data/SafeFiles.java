package dev.qualm.data;

import dev.qualm.QualmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writing without partial files. */
final class SafeFiles {
    private SafeFiles() {}

    /** Writes to a temporary file beside the target and renames it. */
    static void write(Path file, byte[] content) {
        Path target = file.toAbsolutePath();
        Path temporary = target.resolveSibling(target.getFileName() + ".part");
        try {
            Files.write(temporary, content);
            Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            try {
                Files.deleteIfExists(temporary);
            } catch (IOException second) {
                e.addSuppressed(second);
            }
            throw new QualmException("Cannot write " + file + " (" + e + "); check the folder and its permissions", e);
        }
    }
}
