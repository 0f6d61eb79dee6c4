package dev.qualm.benchmarks;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.engine.Precision;
import dev.qualm.sustainability.LayerSustainability;
import dev.qualm.sustainability.Measure;
import dev.qualm.sustainability.Perturbation;
import dev.qualm.sustainability.Taps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * What layer sustainability analysis costs beside the network itself, perturbed inputs given. Arguments as for {@link RatioTable}; or
 * {@code soak} and a number of calls, to see whether memory is flat (Linux only, reads /proc).
 *
 * <p>K perturbations of a batch are compared with K + 1 forward passes of it.
 */
public final class LayerRatios {
    private static final int CALLS = 100_000;

    private LayerRatios() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length > 0 && arguments[0].equals("soak")) {
            soak(arguments.length > 1 ? Integer.parseInt(arguments[1]) : CALLS);
            return;
        }
        RatioTable table = RatioTable.begin(arguments);
        ShippedImages shipped = ShippedImages.load();
        try (Network network = Network.load(shipped.model())) {
            rows(table, "demo CNN", network, shipped.ordinary().slice(0, 128));
        }
        try (Network network = Network.of(ResNet20.graph(1), Precision.FLOAT32)) {
            rows(table, "ResNet-20", network, Images.normal(64));
        }
    }

    private static void rows(RatioTable table, String name, Network network, Array batch) {
        for (int count : new int[] {1, 5}) {
            List<Perturbation> perturbations = perturbed(batch, count);
            row(table, name + ", activations", network, batch, LayerSustainability.of(network), perturbations, 1.1);
        }
        List<Perturbation> five = perturbed(batch, 5);
        LayerSustainability layers = LayerSustainability.of(network, Taps.LAYERS);
        row(table, name + ", layers", network, batch, layers, five, 1.1);
        LayerSustainability all = LayerSustainability.of(network).withMeasures(Measure.values());
        row(table, name + ", all measures", network, batch, all, five, Double.NaN);
    }

    private static void row(
            RatioTable table,
            String name,
            Network network,
            Array batch,
            LayerSustainability analysis,
            List<Perturbation> perturbations,
            double bar) {
        int passes = perturbations.size() + 1;
        table.row(
                name + ", K = " + perturbations.size(),
                bar,
                table.contest()
                        .add("Qualm", () -> analysis.analyse(batch, null, perturbations))
                        .add(passes + " forwards of " + batch.dim(0), () -> {
                            for (int k = 0; k < passes; k++) {
                                network.logits(batch);
                            }
                        }));
    }

    private static List<Perturbation> perturbed(Array batch, int count) {
        List<Perturbation> out = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            Random random = new Random(k);
            float[] moved = batch.toFloats().clone();
            for (int i = 0; i < moved.length; i++) {
                moved[i] += (float) (0.1 * random.nextGaussian());
            }
            out.add(Perturbation.given("noise " + k, Array.of(moved, batch.shape())));
        }
        return out;
    }

    private static void soak(int calls) throws IOException {
        var graph = NetworkBuilder.input("input", 1, 28, 28)
                .seed(1)
                .conv("conv1", 8, 3, 1, 1)
                .relu("relu1")
                .maxPool("pool1", 2, 2)
                .conv("conv2", 16, 3, 1, 1)
                .relu("relu2")
                .maxPool("pool2", 2, 2)
                .flatten("flatten")
                .linear("logits", 10)
                .build();
        Random random = new Random(1);
        float[] pixels = new float[4 * 28 * 28];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = random.nextFloat();
        }
        Array images = Array.of(pixels, 4, 1, 28, 28);
        System.out.println("| calls | resident MB |\n|---|---|");
        try (Network network = Network.of(graph, Precision.FLOAT32)) {
            LayerSustainability analysis = LayerSustainability.of(network).withMeasures(Measure.values());
            List<Perturbation> perturbations = perturbed(images, 2);
            for (int i = 0; i <= calls; i++) {
                if (i % Math.max(1, calls / 10) == 0) {
                    System.out.printf(Locale.ROOT, "| %d | %d |%n", i, residentMegabytes());
                }
                analysis.analyse(images, null, perturbations);
            }
        }
    }

    private static long residentMegabytes() throws IOException {
        long pages =
                Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]);
        return pages * 4096 >> 20;
    }
}
