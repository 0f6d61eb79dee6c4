package dev.qualm.benchmarks;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.Recording;
import dev.qualm.network.Sweep;
import dev.qualm.network.Tape;
import dev.qualm.network.engine.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;

/** 100,000 times forward and input gradient on a small network, by tape and by sweep: is native memory flat? Linux only (reads /proc). */
public final class Soak {
    private static final int CALLS = 100_000;
    private static final int BATCH = 4;

    private Soak() {}

    public static void main(String[] arguments) throws IOException {
        int calls = arguments.length > 0 ? Integer.parseInt(arguments[0]) : CALLS;
        var graph = NetworkBuilder.input("input", 1, 28, 28)
                .seed(1)
                .conv("conv1", 16, 3, 1, 1)
                .relu("relu1")
                .maxPool("pool1", 2, 2)
                .conv("conv2", 32, 3, 1, 1)
                .relu("relu2")
                .maxPool("pool2", 2, 2)
                .flatten("flatten")
                .linear("logits", 10)
                .build();
        Random random = new Random(1);
        float[] pixels = new float[BATCH * 28 * 28];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = random.nextFloat();
        }
        Array images = Array.of(pixels, BATCH, 1, 28, 28);
        float[] first = new float[BATCH * 10];
        first[0] = 1;
        Array cotangent = Array.of(first, BATCH, 10);
        System.out.println("| calls | resident MB |\n|---|---|");
        try (Network network = Network.of(graph, Precision.FLOAT32)) {
            for (int i = 0; i <= calls; i++) {
                if (i % Math.max(1, calls / 10) == 0) {
                    System.out.printf(Locale.ROOT, "| %d | %d |%n", i, residentMegabytes());
                }
                try (Tape tape = Tape.record(network, images, Recording.ofInput(network))) {
                    tape.gradient(cotangent, "input");
                }
                try (Sweep sweep = Sweep.of(network, images)) {
                    sweep.gradient(cotangent);
                }
            }
        }
    }

    private static long residentMegabytes() throws IOException {
        long pages =
                Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]);
        return pages * 4096 >> 20;
    }
}
