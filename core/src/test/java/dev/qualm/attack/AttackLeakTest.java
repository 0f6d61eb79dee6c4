package dev.qualm.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.engine.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Attacks free what they allocate in the engine, however often they run. */
class AttackLeakTest {
    private static final Box BOX = Box.of(0, 1);
    private static final int SIDE = 12;
    private static final int INPUTS = 2;

    /** Passes of each input in a test, about. */
    private static final int PASSES = 6_000;

    /** Handles that come and go with the garbage collector. */
    private static final long HANDLES = 50;

    static Stream<String> specs() {
        return Attacks.all().stream()
                .flatMap(e -> e.balls().stream().map(b -> e.name() + ":" + radius(b) + ":" + b.text()));
    }

    private static double radius(Ball ball) {
        return switch (ball) {
            case LINF -> 0.01;
            case L2 -> 0.05;
            case L1 -> 0.2;
        };
    }

    private static Network network() {
        return Network.of(
                NetworkBuilder.input("x", 2, SIDE, SIDE)
                        .seed(3)
                        .conv("c", 6, 3, 1, 1)
                        .relu("r")
                        .maxPool("p", 2, 2)
                        .flatten("f")
                        .linear("fc", 5)
                        .build(),
                Precision.FLOAT32);
    }

    private static Array inputs() {
        Random random = new Random(2);
        float[] x = new float[INPUTS * 2 * SIDE * SIDE];
        for (int j = 0; j < x.length; j++) {
            x[j] = random.nextFloat();
        }
        return Array.of(x, INPUTS, 2, SIDE, SIDE);
    }

    private static void runMany(int runs, Runnable run) {
        run.run();
        run.run();
        long handles = Pointer.totalCount();
        long bytes = Pointer.totalBytes();
        for (int i = 0; i < runs; i++) {
            run.run();
        }
        assertThat(Pointer.totalCount() - handles).as("handles").isLessThan(HANDLES);
        assertThat(Pointer.totalBytes() - bytes).as("bytes").isLessThan(1L << 20);
    }

    @ParameterizedTest
    @MethodSource("specs")
    void attack_manyTimes_leavesNothingInTheEngine(String spec) {
        Attack attack = new AttackSettings(5, null, 40, 1).parse(spec, BOX);
        try (Network network = network()) {
            Array x = inputs();
            int[] labels = new int[INPUTS];
            Logits z = Logits.of(network, x);
            for (int i = 0; i < INPUTS; i++) {
                labels[i] = z.predicted(i);
            }
            long cost = attack.cost(5, x.size() / INPUTS);
            runMany((int) Math.max(3, Math.min(300, PASSES / cost)), () -> attack.attack(network, x, labels));
        }
    }

    @Test
    void robustness_manyTimes_leavesNothingInTheEngine() {
        try (Network network = network()) {
            Robustness table = Robustness.of(network, BOX)
                    .withEpsilons(Ball.LINF, 0.01, 0.02)
                    .withSettings(new AttackSettings(4, null, null, 1))
                    .withDiagnostics(2);
            Array x = inputs();
            runMany(30, () -> table.measure(x, new int[INPUTS]));
        }
    }

    @Test
    void robustness_manyItems_memoryStaysFlat() throws IOException {
        Path pages = Path.of("/proc/self/statm");
        Assumptions.assumeTrue(Files.exists(pages), "needs Linux's /proc");
        try (Network network = network()) {
            Robustness table = Robustness.of(network, BOX)
                    .withEpsilons(Ball.LINF, 0.01, 0.02)
                    .withSettings(new AttackSettings(4, null, null, 1))
                    .withDiagnostics(0);
            Array few = inputs();
            int[] rows = new int[1500];
            Array x = few.select(rows);
            long least = Long.MAX_VALUE;
            table.measure(x, rows);
            // A leak grows all the time; the heap of the virtual machine, which counts too, only now and then.
            for (int window = 0; window < 3; window++) {
                long before = resident(pages);
                table.measure(x, rows);
                least = Math.min(least, resident(pages) - before);
            }
            // One input gradient (1 KB) of each item, attack and budget alone would be 9 MB.
            assertThat(least * 4096).isLessThan(6 << 20);
        }
    }

    private static long resident(Path pages) throws IOException {
        return Long.parseLong(Files.readString(pages).split(" ")[1]);
    }

    /** What is thrown half way must not leave anything either. */
    @Test
    void attack_thatFails_leavesNothingInTheEngine() {
        try (Network network = network()) {
            Array x = inputs();
            int[] unknown = {0, 7};
            runMany(300, () -> {
                try {
                    Fgsm.of(0.1, 0, 1).attack(network, x, unknown);
                } catch (dev.qualm.ShapeException e) {
                    return;
                }
                throw new AssertionError("class 7 of 5 was accepted");
            });
        }
    }
}
