package dev.qualm.benchmarks;

import dev.qualm.array.Array;
import dev.qualm.gradient.ClassSelection;
import dev.qualm.gradient.CosineSimilarityMaps;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Maps of a MobileNetV2 with 1000 classes on 3x224x224 images: time, and the most memory the process ever held. Linux only (reads
 * /proc). Argument: images in the batch of all 1000 classes.
 */
public final class ManyClasses {
    private ManyClasses() {}

    public static void main(String[] arguments) throws IOException {
        int all = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1;
        System.out.println("| maps | images | s | s per forward pass | peak resident MB |\n|---|---|---|---|---|");
        try (Network network = Network.of(MobileNet.full(1), Precision.FLOAT32)) {
            CosineSimilarityMaps maps = CosineSimilarityMaps.defaults();
            row(
                    "the 10 most likely classes",
                    network,
                    16,
                    x -> maps.withClasses(ClassSelection.top(10)).of(network, x));
            row(
                    "estimate, 100 projections",
                    network,
                    1,
                    x -> maps.withSign(false).estimate(network, Map.of("input", x), 100, 1));
            row("all 1000 classes", network, all, x -> maps.of(network, x));
        }
    }

    private interface Work {
        void on(Array batch);
    }

    private static void row(String name, Network network, int n, Work work) throws IOException {
        Array batch = images(n);
        network.logits(batch);
        long start = System.nanoTime();
        network.logits(batch);
        long forward = System.nanoTime() - start;
        start = System.nanoTime();
        work.on(batch);
        long nanos = System.nanoTime() - start;
        System.out.printf(
                Locale.ROOT, "| %s | %d | %.1f | %.3f | %d |%n", name, n, nanos / 1e9, forward / 1e9, peakMegabytes());
    }

    private static Array images(int n) {
        Random random = new Random(n);
        float[] values = new float[n * 3 * 224 * 224];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Array.of(values, n, 3, 224, 224);
    }

    private static long peakMegabytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) >> 10)
                .findFirst()
                .orElse(-1);
    }
}
