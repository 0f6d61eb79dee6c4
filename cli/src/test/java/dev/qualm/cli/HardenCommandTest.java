package dev.qualm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.array.Array;
import dev.qualm.array.Npz;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.training.Methods;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HardenCommandTest {
    @TempDir
    private Path folder;

    private Path model;
    private Path data;
    private Path test;
    private Path out;

    @BeforeEach
    void write() {
        model = TestModels.write(TestModels.cnn(1, 8, 3), folder.resolve("model.onnx"));
        data = items("data.npz", 40, 3);
        test = items("test.npz", 30, 4);
        out = folder.resolve("hardened.onnx");
    }

    private Path items(String name, int n, int seed) {
        Random random = new Random(seed);
        float[] x = new float[n * 64];
        for (int j = 0; j < x.length; j++) {
            x[j] = random.nextFloat();
        }
        Array images = Array.of(x, n, 8, 8);
        Path file = folder.resolve(name);
        Npz.write(file, Map.of("x", images, "y", Array.of(TestModels.answers(model, images, 3), n)));
        return file;
    }

    private CommandRun run(Object... more) {
        Object[] all = new Object[5 + more.length];
        System.arraycopy(new Object[] {"harden", model, data, "-o", out}, 0, all, 0, 5);
        System.arraycopy(more, 0, all, 5, more.length);
        return CommandRun.of(all);
    }

    static List<String> methods() {
        return Methods.names();
    }

    @ParameterizedTest
    @MethodSource("methods")
    void harden_everyMethod_writesAModel(String method) {
        CommandRun run = run("--method", method, "--epochs=1", "--steps=2", "--batch=16");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("wrote " + out);
        try (Network network = Network.load(out, Precision.FLOAT32)) {
            assertThat(network.logits(Array.of(new float[64], 1, 1, 8, 8)).dim(1))
                    .isEqualTo(3);
        }
        assertThat(folder.resolve("hardened.yaml")).exists();
    }

    @Test
    void harden_mostVulnerableLayer_comparesBeforeAndAfter() throws IOException {
        Path log = folder.resolve("log.jsonl");
        CommandRun run =
                run("--regularize=mvl", "--epochs=2", "--steps=3", "--epsilon=0.1", "--test", test, "--log", log);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).containsAnyOf("most vulnerable under PGD", "taking the one that moves most");
        assertThat(run.out())
                .contains("before: % right of 30 items")
                .contains("after: % right of 30 items")
                .contains("R&G")
                .contains("apgd-ce")
                .contains("mean relative error of each activation under PGD at 0.1, before and after");
        assertThat(Files.readAllLines(log)).anyMatch(l -> l.contains("\"terms\""));
        assertThat(run.err()).doesNotContain("flatters");
        assertThat(run("--epochs=1", "--method=fgsm", "--test", data).err())
                .contains("40 of the 40 items to compare on are among those that were learnt from");
    }

    @Test
    void harden_resumed_writesTheSameBytes() throws IOException {
        Object[] options = {"--epochs=3", "--steps=2", "--method=pgd", "--regularize=relu1:0.2", "--keep-aside=0.2"};
        assertThat(run(options).code()).isZero();
        byte[] whole = Files.readAllBytes(out);
        Path state = folder.resolve("state.qualm");
        Object[] kept = Stream.concat(Arrays.stream(options), Stream.of("--checkpoint", state, "--resume"))
                .toArray();
        assertThat(run(kept).code()).isZero();
        CommandRun again = run(kept);
        assertThat(again.code()).isZero();
        assertThat(again.err()).doesNotContain("epoch 1 of 3");
        assertThat(Files.readAllBytes(out)).isEqualTo(whole);
    }

    @Test
    void harden_softplusAndCurvature_writesASmoothModel() {
        CommandRun refused = run("--epochs=1", "--curvature=0.01");
        assertThat(refused.code()).isEqualTo(Qualm.FAILED);
        assertThat(refused.err()).contains("--softplus BETA");
        CommandRun run = run("--epochs=1", "--curvature=0.01", "--softplus=5", "--method=standard");
        assertThat(run.code()).as(run.err()).isZero();
        try (Network network = Network.load(out, Precision.FLOAT32)) {
            assertThat(network.graph().nodes()).noneMatch(n -> n.op().equals("Relu"));
        }
    }

    @Test
    void harden_senselessOptions_areRefused() {
        assertThat(run("--resume").err()).contains("--checkpoint");
        assertThat(run("--method=magic").err()).contains("trades");
        assertThat(run("--method=standard", "--regularize=relu1").err()).contains("a method that attacks");
        assertThat(run("--regularize=nowhere").err()).contains("nowhere");
        assertThat(run("--epsilon=lots").err()).contains("8/255");
        assertThat(run("--softplus=0").err()).contains("above 0");
        assertThat(run("--limit=0").err()).contains("at least 1");
        out = folder.resolve("nowhere").resolve("x.onnx");
        assertThat(run().err()).contains("existing folder");
    }
}
