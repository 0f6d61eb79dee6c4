package dev.qualm.benchmarks;

import dev.qualm.array.Array;
import dev.qualm.mutation.Delta;
import dev.qualm.mutation.Mutant;
import dev.qualm.mutation.Mutations;
import dev.qualm.mutation.Mutator;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Memory of mutants that are all open at once and have run: on Java's heap and in the process, beside that of the weights they change. Linux
 * only (reads /proc).
 */
public final class MutantMemory {
    private static final int MANY = 400;

    private MutantMemory() {}

    public static void main(String[] arguments) throws IOException {
        System.out.println(
                "| network | changed weights, KiB a mutant | heap, KiB a mutant | less the changed weights and their folded"
                        + " form | process, KiB a mutant |\n|---|---|---|---|---|");
        try (Network network = Network.load(ShippedImages.load().model())) {
            row("demo CNN", network, Array.zeros(dev.qualm.array.DType.FLOAT32, 2, 1, 28, 28));
        }
        try (Network network = Network.of(ResNet20.graph(1), Precision.FLOAT32)) {
            row("ResNet-20", network, Images.normal(2));
        }
    }

    private static void row(String name, Network network, Array x) throws IOException {
        Mutator mutator = Mutations.of("neuron-activation-inverse").on(network);
        // What the engine and the virtual machine need once.
        List<Network> first = open(network, mutator, x, 20);
        long heap = heap();
        long process = process();
        List<Network> open = open(network, mutator, x, MANY);
        double heapEach = (heap() - heap) / 1024.0 / MANY;
        double processEach = (process() - process) / (double) MANY;
        double changed = 0;
        for (int i = 0; i < MANY; i++) {
            Mutant mutant = mutator.draw(1, i);
            for (Delta d : mutant.deltas()) {
                changed += 4.0
                        * Objects.requireNonNull(network.graph().initializers().get(d.weight()))
                                .size()
                        / 1024
                        / MANY;
            }
        }
        open.forEach(Network::close);
        first.forEach(Network::close);
        System.out.printf(
                Locale.ROOT,
                "| %s | %.1f | %.1f | %.1f | %.1f |%n",
                name,
                changed,
                heapEach,
                heapEach - 2 * changed,
                processEach);
    }

    private static List<Network> open(Network network, Mutator mutator, Array x, int count) {
        List<Network> open = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Network mutant = network.with(mutator.draw(1, i).view());
            mutant.logits(x);
            open.add(mutant);
        }
        return open;
    }

    private static long heap() {
        for (int i = 0; i < 5; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long process() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(-1);
    }
}
