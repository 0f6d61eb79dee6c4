package dev.qualm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code qualm fit --meta} on the shipped model, with few items. */
class FitMetaTest {
    private static final Path DATA = Path.of("..", "data");
    private static final Path MODEL = DATA.resolve("models/fashion-mnist-8.onnx");
    private static final Path TEST = DATA.resolve("fashion-mnist/test-images-2000-idx3-ubyte.gz");
    private static final Path TRAIN = DATA.resolve("fashion-mnist/train-images-6000-idx3-ubyte.gz");

    @TempDir
    private Path folder;

    @Test
    void meta_fittedThenScored_givesCalibratedVerdicts() {
        Path file = folder.resolve("meta.qualm");
        CommandRun fit = CommandRun.of(
                "fit",
                MODEL,
                "--id",
                TEST,
                "--limit=240",
                "--meta=gen,fdbd",
                "--outliers=" + TEST + "#Sandal",
                "-o",
                file);
        assertThat(fit.code()).as(fit.err()).isZero();
        assertThat(fit.out())
                .contains("meta learnt from ", "across folds: AUROC ", "weight of fdbd: ")
                .contains("of right predictions");
        CommandRun score = CommandRun.of("score", file, TRAIN, "--model", MODEL, "--limit=5", "--alpha=0.05");
        assertThat(score.code()).as(score.err()).isZero();
        assertThat(score.out().lines()).hasSize(5).allMatch(l -> l.contains("\"by\":\"meta\""));
        assertThat(score.err()).contains("calibrated on right predictions", "staleness is not watched");
        CommandRun seen = CommandRun.of("score", file, TEST, "--model", MODEL, "--limit=5");
        assertThat(seen.code()).isEqualTo(1);
    }

    @Test
    void meta_calibrateOnOthers_keepsRightOnesOnly() {
        Path file = folder.resolve("meta.qualm");
        CommandRun fit = CommandRun.of(
                "fit", MODEL, "--id", TEST, "--limit=160", "--meta=gen", "--calibrate", TRAIN, "-o", file, "--json");
        assertThat(fit.code()).as(fit.err()).isZero();
        assertThat(fit.json().path("calibrated").asInt()).isBetween(100, 160);
    }

    @Test
    void meta_misuse_isRefused() {
        Path file = folder.resolve("m.qualm");
        assertThat(CommandRun.of("fit", MODEL, "--id", TEST, "--meta=gen", "--detectors=gen", "-o", file)
                        .err())
                .contains("not both");
        assertThat(CommandRun.of("fit", MODEL, "--id", TEST, "--detectors=gen", "--outliers=x", "-o", file)
                        .err())
                .contains("--outliers belong to --meta");
        assertThat(CommandRun.of("fit", MODEL, "--id", TEST, "--meta=gen", "--outliers=nothing", "-o", file)
                        .err())
                .contains("there is no nothing");
        assertThat(CommandRun.of("fit", MODEL, "--id", TEST, "--meta=unknown", "-o", file)
                        .err())
                .contains("'unknown'");
    }
}
