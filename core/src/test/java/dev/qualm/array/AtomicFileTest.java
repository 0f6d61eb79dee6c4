package dev.qualm.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.QualmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    Path folder;

    @Test
    void write_existingFile_replacesItsContent() throws IOException {
        Path file = folder.resolve("a.bin");
        Files.write(file, new byte[1000]);

        AtomicFile.write(file, out -> out.write(new byte[] {1, 2, 3}));

        assertThat(file).hasBinaryContent(new byte[] {1, 2, 3});
        assertThat(folder).isDirectoryContaining(p -> p.equals(file)).isDirectoryNotContaining(p -> !p.equals(file));
    }

    @Test
    void write_contentFails_keepsTheOldFileAndLeavesNoOther() throws IOException {
        Path file = folder.resolve("a.bin");
        Files.write(file, new byte[] {9});

        assertThatThrownBy(() -> AtomicFile.write(file, out -> {
                    out.write(new byte[100_000]);
                    throw new IOException("no space left");
                }))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("a.bin")
                .hasMessageContaining("no space left");
        assertThatThrownBy(() -> AtomicFile.write(file, out -> {
                    throw new IllegalStateException("a defect");
                }))
                .isInstanceOf(IllegalStateException.class);

        assertThat(file).hasBinaryContent(new byte[] {9});
        assertThat(folder).isDirectoryNotContaining(p -> !p.equals(file));
    }

    @Test
    void write_noSuchFolder_saysWhichFile() {
        Path file = folder.resolve("missing").resolve("a.bin");

        assertThatThrownBy(() -> AtomicFile.write(file, out -> out.write(1)))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("existing folder");
    }

    @Test
    void write_overAFolder_isRefusedAndKeepsIt() throws IOException {
        Path inner = Files.createDirectory(folder.resolve("inner"));

        assertThatThrownBy(() -> AtomicFile.write(inner, out -> out.write(1))).isInstanceOf(QualmException.class);
        assertThat(inner).isDirectory();
    }
}
