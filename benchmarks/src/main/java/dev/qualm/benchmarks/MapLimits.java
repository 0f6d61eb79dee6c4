package dev.qualm.benchmarks;

import dev.qualm.array.Array;
import dev.qualm.gradient.ChannelReduction;
import dev.qualm.gradient.CosineSimilarityMaps;
import dev.qualm.gradient.MapFeatures;
import dev.qualm.metric.Auroc;
import dev.qualm.network.Network;
import dev.qualm.network.Recording;
import dev.qualm.network.Tape;
import dev.qualm.network.Views;
import dev.qualm.network.engine.Engine;
import dev.qualm.network.engine.Precision;
import dev.qualm.training.Architectures;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** Where cosine similarity maps mislead, measured; prints the tables of docs/gga.md. One thread, float32. */
public final class MapLimits {
    private static final CosineSimilarityMaps DEFAULTS = CosineSimilarityMaps.defaults();

    private MapLimits() {}

    public static void main(String[] args) {
        Engine.load();
        channels();
        ShippedImages images = ShippedImages.load();
        confidence(images);
        normaliser(images);
        directions(images);
    }

    /** Means of maps of networks that have learned nothing, by colour channels and their reduction. */
    private static void channels() {
        System.out.println("| channels | sign fields, max | sign, none | sign, max | no sign, none | no sign, max |");
        System.out.println("|---|---|---|---|---|---|");
        for (int c : new int[] {1, 3}) {
            StringBuilder row = new StringBuilder(number(signFields(c)));
            Array batch = normal(32, c);
            for (boolean sign : new boolean[] {true, false}) {
                for (ChannelReduction r : List.of(ChannelReduction.NONE, ChannelReduction.MAX)) {
                    double sum = 0;
                    for (int seed = 1; seed <= 5; seed++) {
                        try (Network network =
                                Network.of(Architectures.smallCnn(c, 32, 32, 10, seed), Precision.FLOAT32)) {
                            Map<String, double[]> found = features(
                                    network, batch, DEFAULTS.withSign(sign).withChannels(r));
                            sum += mean(column(found, "off_diagonal_mean")) / 5;
                        }
                    }
                    row.append(" | ").append(number(sum));
                }
            }
            System.out.println("| " + c + " | " + row + " |");
        }
    }

    /** Mean cosine of pairs of independent fields of random signs, 32x32, after the maximum over their channels. */
    private static double signFields(int channels) {
        Random random = new Random(1);
        double sum = 0;
        for (int i = 0; i < 1000 * 1024; i++) {
            double product = 1;
            for (int field = 0; field < 2; field++) {
                boolean up = false;
                for (int c = 0; c < channels; c++) {
                    up |= random.nextBoolean();
                }
                product *= up ? 1 : -1;
            }
            sum += product;
        }
        return sum / (1000 * 1024);
    }

    /** The predicted class's row in float32: p - 1 as the textbook has it, and as Qualm does, against float64. */
    private static void confidence(ShippedImages images) {
        System.out.println();
        System.out.println(
                "| logits times | median p_y short of 1 | p_y = 1 in float32 | textbook row: median error | wrong by"
                        + " > 0.1 | no row | Qualm float32: median error | largest |");
        System.out.println("|---|---|---|---|---|---|---|---|");
        CosineSimilarityMaps method = DEFAULTS.withSign(false).withRescale(false);
        for (double factor : new double[] {1, 2, 4, 8}) {
            try (Network plain = Network.load(images.model());
                    Network network = plain.with(Views.weights(sharpened(plain, factor)));
                    Network exact = network.to(Precision.FLOAT64)) {
                CosineSimilarityMaps.Maps truth = method.of(exact, images.ordinary());
                CosineSimilarityMaps.Maps ours = method.of(network, images.ordinary());
                float[][] p = softmax(network.logits(images.ordinary()));
                double[][] textbook = textbookRows(network, images.ordinary(), p);
                int n = p.length;
                double[] naive = new double[n];
                double[] stable = new double[n];
                double[] rest = new double[n];
                int ones = 0;
                for (int i = 0; i < n; i++) {
                    int y = truth.predictions()[i];
                    double[] row = truth.maps()[i][y];
                    naive[i] = gap(textbook[i], row);
                    stable[i] = gap(ours.maps()[i][y], row);
                    rest[i] = 1 - confidence(truth.logits()[i]);
                    ones += p[i][y] == 1 ? 1 : 0;
                }
                double[] defined =
                        Arrays.stream(naive).filter(v -> !Double.isNaN(v)).toArray();
                System.out.printf(
                        Locale.ROOT,
                        "| %.0f | %.1e | %d | %.1e | %d | %d | %.1e | %.1e |%n",
                        factor,
                        median(rest),
                        ones,
                        median(defined),
                        Arrays.stream(defined).filter(v -> v > 0.1).count(),
                        n - defined.length,
                        median(stable),
                        Arrays.stream(stable).max().orElseThrow());
            }
        }
    }

    private static Map<String, Array> sharpened(Network network, double factor) {
        Map<String, Array> changed = new LinkedHashMap<>();
        var head = Objects.requireNonNull(network.structure().head());
        for (String name : List.of(head.weight(), Objects.requireNonNull(head.bias()))) {
            Array old = Objects.requireNonNull(network.graph().initializers().get(name));
            double[] v = old.toDoubles();
            for (int i = 0; i < v.length; i++) {
                v[i] *= factor;
            }
            changed.put(name, Array.of(v, old.shape()).asFloat32());
        }
        return changed;
    }

    private static double confidence(double[] z) {
        double max = Arrays.stream(z).max().orElseThrow();
        return 1 / Arrays.stream(z).map(v -> Math.exp(v - max)).sum();
    }

    /** As an automatic differentiation of cross-entropy computes it: everything in float32. */
    private static float[][] softmax(Array logits) {
        int k = logits.dim(1);
        float[][] p = new float[logits.dim(0)][k];
        for (int i = 0; i < p.length; i++) {
            float max = Float.NEGATIVE_INFINITY;
            for (int c = 0; c < k; c++) {
                max = Math.max(max, (float) logits.get(i * k + c));
            }
            float sum = 0;
            for (int c = 0; c < k; c++) {
                sum += (float) Math.exp((float) logits.get(i * k + c) - max);
            }
            float log = (float) Math.log(sum);
            for (int c = 0; c < k; c++) {
                p[i][c] = (float) Math.exp((float) logits.get(i * k + c) - max - log);
            }
        }
        return p;
    }

    /** Cosines of the gradient toward the predicted class with all others, from the cotangents p - onehot. */
    private static double[][] textbookRows(Network network, Array batch, float[][] p) {
        int n = p.length;
        int k = p[0].length;
        double[][] rows = new double[n][k];
        int width = batch.size() / n;
        try (Tape tape = Tape.record(network, batch, Recording.ofInput(network))) {
            double[][] g = new double[k + 1][];
            for (int c = 0; c <= k; c++) {
                float[] u = new float[n * k];
                for (int i = 0; i < n; i++) {
                    System.arraycopy(p[i], 0, u, i * k, k);
                    u[i * k + (c < k ? c : largest(p[i]))] -= 1;
                }
                g[c] = tape.gradient(Array.of(u, n, k), network.input().name()).toDoubles();
            }
            for (int i = 0; i < n; i++) {
                for (int c = 0; c < k; c++) {
                    rows[i][c] = cosine(g[k], g[c], i * width, (i + 1) * width);
                }
            }
        }
        return rows;
    }

    private static double cosine(double[] a, double[] b, int from, int to) {
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = from; i < to; i++) {
            ab += a[i] * b[i];
            aa += a[i] * a[i];
            bb += b[i] * b[i];
        }
        return ab / Math.sqrt(aa) / Math.sqrt(bb);
    }

    private static int largest(float[] p) {
        int best = 0;
        for (int c = 1; c < p.length; c++) {
            best = p[c] > p[best] ? c : best;
        }
        return best;
    }

    private static double gap(double[] a, double[] b) {
        double gap = 0;
        for (int c = 0; c < a.length; c++) {
            gap = Math.max(gap, Math.abs(a[c] - b[c]));
        }
        return gap;
    }

    /** With rescaling: maps by whether the logit of the largest magnitude, which is constant then, is that of the predicted class. */
    private static void normaliser(ShippedImages images) {
        System.out.println();
        System.out.println(
                "| images | predicted class normalises | predicted row | rest block | another does | predicted row"
                        + " | rest block |");
        System.out.println("|---|---|---|---|---|---|---|");
        Map<String, Array> sets = new LinkedHashMap<>();
        sets.put("test images", images.ordinary());
        sets.putAll(images.unusual());
        try (Network network = Network.load(images.model())) {
            sets.forEach((name, batch) -> {
                CosineSimilarityMaps.Maps maps = DEFAULTS.of(network, batch);
                double[][] sums = new double[2][3];
                for (int i = 0; i < maps.maps().length; i++) {
                    double[] z = maps.logits()[i];
                    double largest = Arrays.stream(z).map(Math::abs).max().orElseThrow();
                    double[] summary = MapFeatures.summary(maps.maps()[i], maps.predictedIndex(i));
                    double[] sum = sums[Math.abs(z[maps.predictions()[i]]) == largest ? 0 : 1];
                    sum[0]++;
                    sum[1] += summary[MapFeatures.names().indexOf("predicted_row_mean")];
                    sum[2] += summary[MapFeatures.names().indexOf("rest_block_mean")];
                }
                StringBuilder row = new StringBuilder("| " + name);
                for (double[] sum : sums) {
                    row.append(" | ").append((int) sum[0]);
                    row.append(" | ").append(number(sum[1] / sum[0]));
                    row.append(" | ").append(number(sum[2] / sum[0]));
                }
                System.out.println(row + " |");
            });
        }
    }

    /** AUROC of the plain features under every mode, in the direction that the scores have. */
    private static void directions(ShippedImages images) {
        Map<String, Integer> signs = new LinkedHashMap<>();
        signs.put("predicted_row_mean", 1);
        signs.put("rest_block_mean", -1);
        signs.put("off_diagonal_mean", -1);
        signs.put("off_diagonal_std", -1);
        System.out.println();
        System.out.println("| sign | rescale | feature | "
                + String.join(" | ", images.unusual().keySet()) + " |");
        System.out.println("|---|---|---|" + "---|".repeat(images.unusual().size()));
        try (Network network = Network.load(images.model())) {
            for (int mode = 0; mode < 4; mode++) {
                CosineSimilarityMaps method = DEFAULTS.withSign(mode < 2).withRescale(mode % 2 == 0);
                Map<String, double[]> ordinary = features(network, images.ordinary(), method);
                Map<String, Map<String, double[]>> unusual = new LinkedHashMap<>();
                images.unusual().forEach((name, batch) -> unusual.put(name, features(network, batch, method)));
                signs.forEach((feature, sign) -> {
                    StringBuilder row = new StringBuilder("| " + (method.sign() ? "on" : "off") + " | "
                            + (method.rescale() ? "on" : "off") + " | " + (sign < 0 ? "-" : "") + feature);
                    unusual.values()
                            .forEach(found -> row.append(" | ")
                                    .append(number(Auroc.of(
                                                    times(column(ordinary, feature), sign),
                                                    times(column(found, feature), sign))
                                            .value())));
                    System.out.println(row + " |");
                });
            }
        }
    }

    private static double[] times(double[] x, int sign) {
        return Arrays.stream(x).filter(v -> !Double.isNaN(v)).map(v -> sign * v).toArray();
    }

    private static Map<String, double[]> features(Network network, Array batch, CosineSimilarityMaps method) {
        CosineSimilarityMaps.Maps maps = method.of(network, batch);
        int n = maps.maps().length;
        Map<String, double[]> columns = new LinkedHashMap<>();
        MapFeatures.names().forEach(name -> columns.put(name, new double[n]));
        for (int i = 0; i < n; i++) {
            double[] summary = MapFeatures.summary(maps.maps()[i], maps.predictedIndex(i));
            int at = 0;
            for (double[] column : columns.values()) {
                column[i] = summary[at++];
            }
        }
        return columns;
    }

    private static double[] column(Map<String, double[]> columns, String name) {
        return Objects.requireNonNull(columns.get(name));
    }

    private static Array normal(int n, int channels) {
        Random random = new Random(n);
        float[] values = new float[n * channels * 32 * 32];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Array.of(values, n, channels, 32, 32);
    }

    private static double mean(double[] x) {
        return Arrays.stream(x).average().orElseThrow();
    }

    private static double median(double[] x) {
        double[] sorted = x.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static String number(double v) {
        return String.format(Locale.ROOT, "%.3f", v);
    }
}
