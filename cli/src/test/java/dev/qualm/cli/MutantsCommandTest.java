package dev.qualm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.qualm.array.Array;
import dev.qualm.array.Npy;
import dev.qualm.array.Npz;
import dev.qualm.mutation.MutantPool;
import dev.qualm.network.Network;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MutantsCommandTest {
    @TempDir
    private Path folder;

    private Path model;
    private Path data;
    private Path out;

    /** Items labelled as the model sees them, so that it is always right. */
    @BeforeEach
    void write() {
        model = TestModels.write(TestModels.cnn(1, 8, 3), folder.resolve("model.onnx"));
        data = folder.resolve("data.npz");
        out = folder.resolve("pool.qualm");
        Array x = TestModels.random(120, 1, 8, 8);
        long[] labels = new long[120];
        try (Network network = Network.load(model)) {
            Array logits = network.logits(x);
            for (int i = 0; i < labels.length; i++) {
                for (int c = 1; c < 3; c++) {
                    labels[i] = logits.get(3 * i + c) > logits.get((int) (3 * i + labels[i])) ? c : labels[i];
                }
            }
        }
        Npz.write(data, Map.of("x", x, "y", Array.of(labels, 120)));
    }

    private CommandRun run(Object... more) {
        Object[] all = new Object[8 + more.length];
        System.arraycopy(new Object[] {"mutants", model, data, "-o", out, "--inputs", "x", "--label=y"}, 0, all, 0, 8);
        System.arraycopy(more, 0, all, 8, more.length);
        return CommandRun.of(all);
    }

    @Test
    void mutants_ofData_writesAPoolThatLoads() {
        CommandRun run = run("-m", "weight-shuffle,gaussian-fuzz-nmutant", "-n", 6, "--ratio", 0.5, "--threads", 2);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("6 mutants from")
                .contains("inaccurate")
                .contains("weight-shuffle on 1 of 7 neurons")
                .contains("model right on 120 of 120 items")
                .contains("wrote " + out);
        try (Network network = Network.load(model)) {
            MutantPool pool = MutantPool.load(out, network);
            assertThat(pool.size()).isEqualTo(6);
            assertThat(pool.items().size()).isEqualTo(120);
        }
    }

    @Test
    void mutants_json_agreesWithTheFile() {
        CommandRun run = run("-n", 3, "--ratio", 0.2, "--seed", 5, "--exact-accuracies", "--json", "--limit", 100);
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode json = run.json();
        assertThat(json.path("mutants").asInt()).isEqualTo(3);
        assertThat(json.path("items").asInt()).isEqualTo(100);
        assertThat(json.path("rejected").size()).isEqualTo(3);
        assertThat(json.path("provenance").path("seed").asText()).isEqualTo("5");
        try (Network network = Network.load(model)) {
            MutantPool pool = MutantPool.load(out, network);
            for (int i = 0; i < 3; i++) {
                JsonNode one = json.path("accepted").path(i);
                assertThat(one.path("index").asLong())
                        .isEqualTo(pool.mutants().get(i).index());
                assertThat(one.path("accuracyAtLeast").asDouble())
                        .isEqualTo(one.path("accuracyAtMost").asDouble())
                        .isEqualTo(pool.accuracies().get(i).atLeast());
            }
        }
    }

    @Test
    void mutants_capReached_failsUnlessPartialIsKept() {
        // Four filters can be inverted one at a time.
        CommandRun run = run("-n", 5, "--ratio", 0.01, "--cap", 30);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("cap of 30 candidates").contains("duplicate=26");
        assertThat(out).doesNotExist();
        CommandRun kept = run("-n", 5, "--ratio", 0.01, "--cap", 30, "--keep-partial");
        assertThat(kept.code()).as(kept.err()).isZero();
        assertThat(kept.out()).contains("4 mutants from 30 candidates");
    }

    @Test
    void mutants_unknownLayer_exitsWith1AndListsThem() {
        CommandRun run = run("--layers", "conv9");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("'conv9'").contains("[conv1]");
    }

    @Test
    void mutants_wrongOptions_exitWith2() {
        for (Object[] wrong : new Object[][] {
            {"-m", "nothing"},
            {"--rate", 0},
            {"--rate", 1.5},
            {"--ratio", -1},
            {"-n", 0},
            {"-n", 10, "--cap", 9},
            {"--unit", "scalar"},
            {"--unit", "layer"},
            {"--rule", "fuzzy"},
            {"--threads", 0},
            {"-o", "pool.npz"},
        }) {
            assertThat(run(wrong).code()).as(java.util.Arrays.toString(wrong)).isEqualTo(2);
        }
        assertThat(CommandRun.of("mutants", model, data).code()).isEqualTo(2);
    }

    @Test
    void mutants_dataWithoutLabels_exitsWith1() {
        Path bare = folder.resolve("x.npy");
        Npy.write(bare, TestModels.random(9, 1, 8, 8));
        CommandRun run = CommandRun.of("mutants", model, bare, "-o", out);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("no labels");
    }
}
