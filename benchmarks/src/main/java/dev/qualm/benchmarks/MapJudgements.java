package dev.qualm.benchmarks;

import dev.qualm.array.Array;
import dev.qualm.attribution.MapFunction;
import dev.qualm.attribution.evaluation.Evaluation;
import dev.qualm.attribution.evaluation.FaithfulnessCorrelation;
import dev.qualm.attribution.evaluation.Infidelity;
import dev.qualm.attribution.evaluation.MapEvaluation;
import dev.qualm.attribution.evaluation.Mprt;
import dev.qualm.attribution.evaluation.NormalizedAopc;
import dev.qualm.attribution.evaluation.PixelFlipping;
import dev.qualm.attribution.evaluation.RemovalCurves;
import dev.qualm.attribution.evaluation.Road;
import dev.qualm.network.Network;
import dev.qualm.network.Sweep;
import dev.qualm.network.engine.Engine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;

/**
 * What the methods that judge maps say about four kinds of maps of the shipped classifier, two of which know nothing of
 * the network; prints the tables of docs/evaluation.md. 100 test images, one thread, float32, seed 1.
 */
public final class MapJudgements {
    private static final int IMAGES = 100;

    private MapJudgements() {}

    public static void main(String[] args) {
        Engine.load();
        ShippedImages images = ShippedImages.load();
        Array batch = images.ordinary().slice(0, IMAGES);
        try (Network network = Network.load(images.model())) {
            int[] classes = predicted(network.logits(batch));
            judge(network, batch, classes);
            randomise(network, batch, classes);
        }
    }

    private static int[] predicted(Array logits) {
        int k = logits.dim(1);
        int[] out = new int[logits.dim(0)];
        Arrays.setAll(out, i -> {
            int best = 0;
            for (int c = 1; c < k; c++) {
                best = logits.get(i * k + c) > logits.get(i * k + best) ? c : best;
            }
            return best;
        });
        return out;
    }

    private static Map<String, Function<Network, MapFunction>> kinds() {
        Map<String, Function<Network, MapFunction>> out = new LinkedHashMap<>();
        out.put("gradient", MapJudgements::gradient);
        out.put("gradient times input", n -> times(gradient(n)));
        out.put("the image", n -> (batch, classes) -> batch);
        out.put("noise", n -> MapJudgements::noise);
        return out;
    }

    private static void judge(Network network, Array batch, int[] classes) {
        List<MapEvaluation> methods = new ArrayList<>(MapEvaluation.allForImages(1));
        methods.add(NormalizedAopc.of(7, 1, 1));
        methods.add(Road.defaults(1).leastFirst());
        methods.add(Infidelity.defaults(1).withKind(Infidelity.Kind.CONTRIBUTION));
        System.out.println(
                "| value | " + String.join(" | ", kinds().keySet()) + " | passes, maps an image | seconds |");
        System.out.println("|---|---|---|---|---|---|---|");
        for (MapEvaluation method : methods) {
            StringBuilder row = new StringBuilder();
            Evaluation last = null;
            long start = System.nanoTime();
            for (Function<Network, MapFunction> kind : kinds().values()) {
                last = method.evaluate(network, kind.apply(network), batch, classes);
                row.append(" | ").append(text(last));
            }
            double seconds = (System.nanoTime() - start) / 1e9 / kinds().size();
            Evaluation e = Objects.requireNonNull(last);
            System.out.println("| " + e.method() + row + " | " + e.cost().passes() / IMAGES + ", "
                    + e.cost().maps() / IMAGES + " | " + String.format(Locale.ROOT, "%.2f", seconds) + " |");
        }
        StringBuilder gains = new StringBuilder("| symmetric relevance gain");
        StringBuilder random = new StringBuilder("| AOPC, random");
        for (Function<Network, MapFunction> kind : kinds().values()) {
            RemovalCurves curves = PixelFlipping.defaults(1).curves(network, kind.apply(network), batch, classes);
            gains.append(" | ").append(text(curves.gain()));
            random.append(" | ")
                    .append(text(Objects.requireNonNull(curves.random()).score()));
        }
        System.out.println(gains + " | | |\n" + random + " | | |");
        for (int subset : new int[] {16, 64, 224}) {
            StringBuilder row = new StringBuilder("| faithfulness correlation, subsets of " + subset);
            FaithfulnessCorrelation d = FaithfulnessCorrelation.defaults(1);
            FaithfulnessCorrelation method =
                    new FaithfulnessCorrelation(d.runs(), subset, d.baseline(), d.output(), d.seed());
            for (Function<Network, MapFunction> kind : kinds().values()) {
                row.append(" | ").append(text(method.evaluate(network, kind.apply(network), batch, classes)));
            }
            System.out.println(row + " | | |");
        }
    }

    private static void randomise(Network network, Array batch, int[] classes) {
        System.out.println("| map | similarity | depths, last layer first |");
        System.out.println("|---|---|---|");
        kinds().forEach((name, kind) -> {
            List<Mprt.Depth> depths = Mprt.defaults(1).depths(network, kind, batch, classes);
            for (int s = 0; s < 2; s++) {
                StringBuilder row = new StringBuilder("| " + name + " | " + (s == 0 ? "SSIM" : "Spearman") + " | ");
                for (Mprt.Depth d : depths) {
                    row.append(d.layer()).append(' ');
                    row.append(String.format(
                            Locale.ROOT, "%.3f ", d.similarity().get(s).mean()));
                }
                System.out.println(row + "|");
            }
        });
    }

    private static String text(Evaluation e) {
        return String.format(Locale.ROOT, "%.3g", e.mean())
                + (e.interval() == null
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                " (%.3g to %.3g)",
                                e.interval().low(),
                                e.interval().high()))
                + (e.count() == IMAGES ? "" : ", " + e.count() + " images");
    }

    /** Gradient of the logits given by {@code classes}. */
    private static MapFunction gradient(Network network) {
        return (batch, classes) -> {
            List<Array> parts = new ArrayList<>();
            for (int from = 0; from < classes.length; from += 64) {
                int to = Math.min(classes.length, from + 64);
                Array part = batch.slice(from, to);
                try (Sweep sweep = Sweep.of(network, part)) {
                    int k = network.logits(part.slice(0, 1)).dim(1);
                    float[] cotangent = new float[(to - from) * k];
                    for (int i = from; i < to; i++) {
                        cotangent[(i - from) * k + classes[i]] = 1;
                    }
                    parts.add(sweep.gradient(Array.of(cotangent, to - from, k)));
                }
            }
            return Array.concat(parts);
        };
    }

    private static MapFunction times(MapFunction maps) {
        return (batch, classes) -> {
            double[] out = maps.maps(batch, classes).toDoubles().clone();
            for (int i = 0; i < out.length; i++) {
                out[i] *= batch.get(i);
            }
            return Array.of(out, batch.shape());
        };
    }

    private static Array noise(Array batch, int[] classes) {
        double[] out = new double[batch.size()];
        int size = out.length / classes.length;
        for (int i = 0; i < classes.length; i++) {
            double sum = 0;
            for (int e = 0; e < size; e++) {
                sum += batch.get(i * size + e);
            }
            Random random = new Random(Double.doubleToLongBits(sum));
            for (int e = 0; e < size; e++) {
                out[i * size + e] = random.nextGaussian();
            }
        }
        return Array.of(out, batch.shape());
    }
}
