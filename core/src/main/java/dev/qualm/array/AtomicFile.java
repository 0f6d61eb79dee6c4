package dev.qualm.array;

import dev.qualm.QualmException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Writes a file completely or not at all: readers see the old content or the new one, never a part. */
public final class AtomicFile {
    private AtomicFile() {}

    /** Writes the content of a file; it need not buffer or close. */
    @FunctionalInterface
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Writes {@code content} to a temporary file beside {@code target}, forces it to disk and renames it. Whatever
     * fails, the temporary file is removed and {@code target} stays as it was.
     *
     * @throws QualmException if the file cannot be written; errors of {@code content} pass through
     */
    public static void write(Path target, Content content) {
        Path file = target.toAbsolutePath();
        Path folder = file.getParent();
        if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(file)) {
            throw new QualmException("Cannot write " + target + ": expected the name of a file in an existing folder");
        }
        Path temporary = folder.resolve("." + file.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            try {
                writeAndForce(temporary, content);
                move(temporary, file);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw new QualmException(
                    "Cannot write " + target + ": " + e + "; check the folder's permissions and the free space", e);
        }
    }

    private static void writeAndForce(Path temporary, Content content) throws IOException {
        try (FileChannel channel =
                        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16)) {
            content.writeTo(out);
            out.flush();
            channel.force(true);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            // Some network file systems; both paths are in one folder, so this is still a rename where one exists.
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
