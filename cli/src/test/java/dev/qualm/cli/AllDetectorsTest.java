package dev.qualm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.array.Npz;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --detectors all}: those that work, with what is wrong with the others. */
class AllDetectorsTest {
    @TempDir
    private Path folder;

    @Test
    void all_unlabelledRows_leavesOutWhatCannotWorkAndSaysWhy() {
        Path model = TestModels.write(TestModels.mlp(6, 3), folder.resolve("mlp.onnx"));
        Path trusted = folder.resolve("trusted.npz");
        Path others = folder.resolve("others.npz");
        Npz.write(trusted, Map.of("x", TestModels.random(150, 6)));
        Npz.write(others, Map.of("x", TestModels.random(160, 6).slice(150, 160)));
        Path far = folder.resolve("far.npz");
        Npz.write(far, Map.of("x", TestModels.random(170, 6).slice(160, 170)));
        Path file = folder.resolve("all.qualm");
        CommandRun fit =
                CommandRun.of("fit", model, "--id", trusted, "--detectors=all", "--calibration-share=0", "-o", file);
        assertThat(fit.code()).as(fit.err()).isZero();
        assertThat(fit.out()).contains("  msp ", "  fdbd ").doesNotContain("  rel-u ");
        assertThat(fit.err())
                .containsPattern("rel-u is left out: .*right and wrong predictions of known class")
                .contains("neco is left out: ");
        CommandRun evaluate = CommandRun.of(
                "evaluate",
                model,
                "--id",
                others,
                "--far=far=" + far,
                "--fit",
                trusted,
                "--detectors=all",
                "--fit-limit=120",
                "--resamples=5");
        assertThat(evaluate.code()).as(evaluate.err()).isZero();
        assertThat(evaluate.err()).contains("rel-u is left out: ");
        CommandRun named = CommandRun.of("fit", model, "--id", trusted, "--detectors=msp,rel-u", "-o", file);
        assertThat(named.code()).isEqualTo(1);
        assertThat(named.err()).contains("rel-u");
    }
}
