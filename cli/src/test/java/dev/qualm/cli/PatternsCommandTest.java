package dev.qualm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.array.Npy;
import dev.qualm.array.Npz;
import dev.qualm.attribution.Patterns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PatternsCommandTest {
    @TempDir
    private Path folder;

    private Path model;
    private Path out;

    @BeforeEach
    void name() {
        model = TestModels.write(TestModels.cnn(1, 8, 3), folder.resolve("model.onnx"));
        out = folder.resolve("p.safetensors");
    }

    @Test
    void patterns_ofData_serveTheMethodsThatNeedThem() {
        Path data = folder.resolve("x.npy");
        Npy.write(data, TestModels.random(200, 1, 8, 8));
        CommandRun run = CommandRun.of("patterns", model, data, "-o", out);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("patterns of 2 layers from 200 items");
        assertThat(Patterns.load(out).byWeight()).hasSize(2);
        Path npz = folder.resolve("maps.npz");
        CommandRun explained = CommandRun.of(
                "explain", model, data, "-m", "pattern-net,pattern-attribution", "--patterns", out, "-o", npz);
        assertThat(explained.code()).as(explained.err()).isZero();
        try (Npz found = Npz.open(npz)) {
            assertThat(found.read("pattern-net.status").toLongs()).containsOnly(0);
            assertThat(found.read("pattern-attribution.maps").shape()).containsExactly(200, 1, 8, 8);
        }
    }

    @Test
    void patterns_ofAnotherModel_areRefused() {
        Path data = folder.resolve("x.npy");
        Npy.write(data, TestModels.random(9, 1, 8, 8));
        CommandRun.of("patterns", model, data, "-o", out);
        Path other = TestModels.write(TestModels.cnn(1, 8, 4), folder.resolve("other.onnx"));
        CommandRun run =
                CommandRun.of("explain", other, data, "-m", "pattern-net", "--patterns", out, "-o", out + ".png");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("learn the patterns of this network");
    }

    @Test
    void patterns_brokenItems_areLeftOut() throws IOException {
        Path data = Files.createDirectory(folder.resolve("data"));
        for (int i = 0; i < 4; i++) {
            TestModels.image(data.resolve("i" + i + ".png"), 8, 8, false, i);
        }
        Files.writeString(data.resolve("bad.png"), "no image");
        CommandRun run = CommandRun.of("patterns", model, data, "-o", out);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("from 4 items; 1 could not be read");
    }

    @Test
    void patterns_wrongOptions_exitWith2() {
        for (Object[] wrong : new Object[][] {
            {"patterns", model},
            {"patterns", model, folder},
            {"patterns", model, folder, "-o", "p.npz"},
            {"patterns", model, folder, "-o", "p.safetensors", "--limit", 0},
        }) {
            assertThat(CommandRun.of(wrong).code()).isEqualTo(2);
        }
    }
}
