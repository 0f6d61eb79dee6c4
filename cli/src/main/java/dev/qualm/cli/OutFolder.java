package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.array.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder that {@code --out} names, and whole files in it. */
public record OutFolder(Path path) {
    /** Refuses what is no folder, before the work starts. */
    public void requireFolder() {
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new QualmException(path + " is a file; expected a folder to write to, with --out");
        }
    }

    /** Makes the folder if it is not there. */
    public void make() {
        try {
            Files.createDirectories(path);
        } catch (IOException e) {
            throw new QualmException("Cannot make the folder " + path + " to write to: " + e, e);
        }
    }

    /** Writes a file, completely or not at all. */
    public void write(String name, byte[] content) {
        AtomicFile.write(path.resolve(name), stream -> stream.write(content));
    }

    /** As {@link #write(String, byte[])}, in UTF-8. */
    public void write(String name, String content) {
        write(name, content.getBytes(StandardCharsets.UTF_8));
    }
}
