package dev.qualm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.qualm.array.Array;
import dev.qualm.array.Npz;
import dev.qualm.mutation.LabelChangeRate;
import dev.qualm.mutation.MutantPool;
import dev.qualm.network.Network;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code qualm score} with scores that need a pool of mutants or a fitted detector. */
class MutantScoresCommandTest {
    private static final int N = 150;

    @TempDir
    private Path folder;

    private Path model;
    private Path data;
    private Path pool;
    private Array images;

    @BeforeEach
    void make() {
        model = TestModels.write(TestModels.cnn(1, 8, 3), folder.resolve("model.onnx"));
        data = labelled("data.npz", 1);
        pool = folder.resolve("pool.qualm");
        images = TestModels.random(N, 1, 8, 8);
        CommandRun run = CommandRun.of(
                "mutants",
                model,
                data,
                "-o",
                pool,
                "--inputs=x",
                "--label=y",
                "-n",
                9,
                "--ratio=0.1",
                "-m",
                "weight-shuffle,gaussian-fuzz-nmutant");
        assertThat(run.code()).as(run.err()).isZero();
    }

    /** Every fourth label is wrong. */
    private Path labelled(String name, int shift) {
        Path file = folder.resolve(name);
        Array x = TestModels.random(N * shift, 1, 8, 8).slice(N * (shift - 1), N * shift);
        long[] labels = new long[N];
        try (Network network = Network.load(model)) {
            Array logits = network.logits(x);
            for (int i = 0; i < N; i++) {
                for (int c = 1; c < 3; c++) {
                    labels[i] = logits.get(3 * i + c) > logits.get((int) (3 * i + labels[i])) ? c : labels[i];
                }
                labels[i] = i % 4 == 0 ? (labels[i] + 1) % 3 : labels[i];
            }
        }
        Npz.write(file, Map.of("x", x, "y", Array.of(labels, N)));
        return file;
    }

    private CommandRun score(Object... more) {
        Object[] all = new Object[4 + more.length];
        System.arraycopy(new Object[] {"score", model, data, "--inputs=x"}, 0, all, 0, 4);
        System.arraycopy(more, 0, all, 4, more.length);
        return CommandRun.of(all);
    }

    @Test
    void score_lcr_isTheRateUnderThePool() throws IOException {
        CommandRun run = score("--scores", "msp,lcr", "--pool", pool);
        assertThat(run.code()).as(run.err()).isZero();
        try (Network network = Network.load(model)) {
            double[] expected = LabelChangeRate.of(
                            MutantPool.load(pool, network).mutants())
                    .on(network, images)
                    .rates();
            List<JsonNode> lines = lines(run);
            assertThat(lines).hasSize(N);
            for (int i = 0; i < N; i++) {
                assertThat(lines.get(i).path("scores").path("lcr").asDouble()).isEqualTo(expected[i]);
                assertThat(lines.get(i).path("scores").has("msp")).isTrue();
            }
        }
    }

    @Test
    void score_threshold_givesTheVerdictAndSaysWhatItCosts() throws IOException {
        List<JsonNode> full = lines(score("--scores=lcr", "--pool", pool, "--mutants", 8));
        CommandRun early = score("--scores=lcr", "--pool", pool, "--mutants", 8, "--lcr-threshold", 0.3);
        assertThat(early.err()).contains("of 8 mutants on average");
        List<JsonNode> lines = lines(early);
        for (int i = 0; i < N; i++) {
            double rate = full.get(i).path("scores").path("lcr").asDouble();
            assertThat(lines.get(i).path("scores").path("lcr-verdict").asDouble())
                    .isEqualTo(rate > 0.3 ? 1 : 0);
        }
        CommandRun sprt = score("--scores=lcr", "--pool", pool, "--lcr-threshold=0.3", "--lcr-rule=sprt");
        assertThat(sprt.code()).as(sprt.err()).isZero();
        assertThat(lines(sprt))
                .allMatch(l -> l.path("scores").path("lcr-verdict").isNumber());
    }

    @Test
    void score_detector_hasTheNameOfItsFeatures() throws IOException {
        Path detector = folder.resolve("detector.qualm");
        CommandRun fit = CommandRun.of(
                "fit",
                model,
                labelled("fit.npz", 3),
                "--inputs=x",
                "--label=y",
                "--detector=lcr+msp",
                "--pool",
                pool,
                "-o",
                detector);
        assertThat(fit.code()).as(fit.err()).isZero();
        CommandRun run = score("--scores=conductance", "--detector", detector, "--pool", pool);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(lines(run)).allMatch(l -> l.path("scores").path("lcr+msp").isNumber());
        CommandRun without = score("--scores=conductance", "--detector", detector);
        assertThat(without.code()).isEqualTo(1);
        assertThat(without.err()).contains("--pool");
    }

    @Test
    void score_filesMissingOrOfAnotherKind_sayWhatToDo() {
        assertThat(score("--scores=lcr").err()).contains("qualm mutants").contains("--pool");
        assertThat(score("--scores=conductance").err()).contains("qualm fit").contains("--detector");
        assertThat(score("--scores=lcr", "--pool", data).code()).isEqualTo(1);
        assertThat(score("--scores=conductance", "--detector", pool).err()).contains("mutant-pool");
        assertThat(score("--scores=lcr", "--pool", pool, "--mutants", 10).err()).contains("1 to 9");
        Path other = TestModels.write(TestModels.cnn(1, 8, 4), folder.resolve("other.onnx"));
        CommandRun run = CommandRun.of("score", other, data, "--inputs=x", "--scores=lcr", "--pool", pool);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("model");
    }

    private static List<JsonNode> lines(CommandRun run) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : run.out().split("\n")) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }
}
