package dev.qualm.benchmarks;

import dev.qualm.array.Array;
import dev.qualm.gradient.GradNorm;
import dev.qualm.gradient.GradientMetrics;
import dev.qualm.gradient.Loss;
import dev.qualm.gradient.Metric;
import dev.qualm.metric.Auroc;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.engine.Engine;
import dev.qualm.network.engine.Precision;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Where statistics of weight gradients, and GradNorm, mislead, measured; prints the tables of docs/gradient-metrics.md and
 * docs/gradnorm.md. One thread, float32.
 */
public final class MetricLimits {
    private final ShippedImages images;
    private final Network network;

    private MetricLimits(ShippedImages images, Network network) {
        this.images = images;
        this.network = network;
    }

    public static void main(String[] args) {
        Engine.load();
        accumulators();
        ShippedImages images = ShippedImages.load();
        try (Network network = Network.load(images.model())) {
            MetricLimits limits = new MetricLimits(images, network);
            limits.losses();
            limits.confident();
            limits.gradNorm();
        }
    }

    /** Statistics of known entries: running float32 sums, and Qualm's. */
    private static void accumulators() {
        Random random = new Random(1);
        System.out.println("| entries | statistic | true | float32 sums | Qualm |");
        System.out.println("|---|---|---|---|---|");
        deviation(
                "1,000 times 0.1", IntStream.range(0, 1000).mapToObj(i -> 0.1f).toList());
        deviation("7 times 3.7", IntStream.range(0, 7).mapToObj(i -> 3.7f).toList());
        deviation("1,000 of 100 +- 0.01", normal(random, 100, 0.01));
        deviation("1,000 of 1 +- 1e-4", normal(random, 1, 1e-4));
        deviation("1,000 of 0 +- 1", normal(random, 0, 1));
        for (double p : new double[] {2, 10, 20}) {
            List<Float> small = IntStream.range(0, 1000).mapToObj(i -> 1e-3f).toList();
            float sum = 0;
            for (float v : small) {
                sum += (float) Math.pow(Math.abs(v), p);
            }
            row(
                    "1,000 times 1e-3",
                    "norm of order " + (int) p,
                    1e-3f * Math.pow(1000, 1 / p),
                    Math.pow(sum, 1 / p),
                    of(small, Metric.pNorm(p)));
        }
    }

    private static List<Float> normal(Random random, double mean, double deviation) {
        return IntStream.range(0, 1000)
                .mapToObj(i -> (float) (mean + deviation * random.nextGaussian()))
                .toList();
    }

    private static void deviation(String what, List<Float> x) {
        int n = x.size();
        double mean = x.stream().mapToDouble(v -> v).sum() / n;
        double m2 = x.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
        float sum = 0;
        float squares = 0;
        for (float v : x) {
            sum += v;
            squares += v * v;
        }
        float variance = (squares - sum * (sum / n)) / (n - 1);
        row(what, "std", Math.sqrt(m2 / (n - 1)), Math.sqrt(variance), of(x, new Metric.MeanStd(false, 1e-16)));
    }

    private static void row(String what, String statistic, double truth, double naive, double ours) {
        System.out.printf(Locale.ROOT, "| %s | %s | %.3e | %.3e | %.3e |%n", what, statistic, truth, naive, ours);
    }

    /** A metric of given entries: the weight gradient of a linear layer of one unit is its input. */
    private static double of(List<Float> entries, Metric metric) {
        float[] x = new float[entries.size()];
        for (int i = 0; i < x.length; i++) {
            x[i] = entries.get(i);
        }
        try (Network net = Network.of(
                NetworkBuilder.input("input", x.length)
                        .seed(1)
                        .withoutBias()
                        .linear("logits", 1)
                        .build(),
                Precision.FLOAT32)) {
            return GradientMetrics.defaults()
                    .withMetrics(List.of(metric))
                    .withLoss(Loss.custom("first logit", z -> new double[] {1}))
                    .of(net, Array.of(x, 1, x.length))
                    .values()[0][0];
        }
    }

    /** AUROC of each whole-network metric, larger (for min: smaller) meaning doubt, under each loss; and its agreement with MSP. */
    private void losses() {
        head("| loss | metric | rank correlation with 1 - p_max ");
        Map<String, Loss> losses = new LinkedHashMap<>();
        losses.put("pseudo-label cross-entropy", Loss.pseudoLabelCrossEntropy());
        losses.put("KL to uniform", Loss.klToUniform());
        losses.put("all ones", Loss.allOnes());
        double[] doubt = doubt(images.ordinary());
        losses.forEach((name, loss) -> {
            GradientMetrics method = GradientMetrics.defaults().withLoss(loss);
            GradientMetrics.Result ordinary = method.of(network, images.ordinary());
            Map<String, GradientMetrics.Result> unusual = new LinkedHashMap<>();
            images.unusual().forEach((set, batch) -> unusual.put(set, method.of(network, batch)));
            for (String column : ordinary.columns()) {
                int sign = column.endsWith("min") ? -1 : 1;
                double[] low = times(ordinary.column(column), sign);
                StringBuilder row = new StringBuilder(String.format(
                        Locale.ROOT,
                        "| %s | %s%s | %.3f",
                        name,
                        sign < 0 ? "-" : "",
                        column,
                        correlation(ranks(low), ranks(doubt))));
                unusual.values().forEach(r -> row.append(" | ").append(auroc(low, times(r.column(column), sign))));
                System.out.println(row + " |");
            }
        });
    }

    private void head(String columns) {
        System.out.println();
        System.out.println(columns + "| " + String.join(" | ", images.unusual().keySet()) + " |");
        long first = columns.chars().filter(c -> c == '|').count();
        System.out.println("|" + "---|".repeat((int) first + images.unusual().size()));
    }

    /** Images on which p_y - 1 is zero in float32, so that every metric of the textbook form is. */
    private void confident() {
        Array logits = network.logits(images.ordinary());
        double[] norms =
                GradientMetrics.defaults().of(network, images.ordinary()).column("network.norm_1");
        int k = logits.dim(1);
        int ones = 0;
        double smallest = Double.POSITIVE_INFINITY;
        for (int i = 0; i < norms.length; i++) {
            double max = Double.NEGATIVE_INFINITY;
            for (int c = 0; c < k; c++) {
                max = Math.max(max, logits.get(i * k + c));
            }
            float sum = 0;
            for (int c = 0; c < k; c++) {
                sum += (float) Math.exp(logits.get(i * k + c) - max);
            }
            ones += 1 / sum == 1 ? 1 : 0;
            smallest = Math.min(smallest, norms[i]);
        }
        long distinct = Arrays.stream(norms).distinct().count();
        System.out.printf(
                Locale.ROOT,
                "%n%d of %d ordinary images have p_y = 1 in float32; smallest 1-norm %.2e, %d different values%n",
                ones,
                norms.length,
                smallest,
                distinct);
    }

    /** GradNorm and its two factors, as confidence: the AUROC is that of the negative. */
    private void gradNorm() {
        String phi = Objects.requireNonNull(network.structure().head()).features();
        Map<String, Function<Array, double[]>> scores = new LinkedHashMap<>();
        for (double p : new double[] {1, 2}) {
            for (double t : new double[] {1, 10, 100}) {
                scores.put(
                        String.format(Locale.ROOT, "GradNorm, p = %.0f, T = %.0f", p, t),
                        x -> GradNorm.of(network, Map.of(network.input().name(), x), t, p));
            }
        }
        scores.put("1-norm of the features alone", x -> norms(features(x, phi)));
        scores.put("1-norm of p - u alone", x -> {
            double[] features = norms(features(x, phi));
            double[] s = GradNorm.of(network, x);
            return IntStream.range(0, s.length)
                    .mapToDouble(i -> s[i] / features[i])
                    .toArray();
        });
        head("| score | mean on test images ");
        scores.forEach((name, score) -> {
            double[] low = times(score.apply(images.ordinary()), -1);
            StringBuilder aurocs = new StringBuilder();
            StringBuilder means = new StringBuilder(String.format(
                    Locale.ROOT, "%.4g", -Arrays.stream(low).average().orElseThrow()));
            images.unusual().forEach((set, x) -> {
                double[] high = times(score.apply(x), -1);
                aurocs.append(" | ")
                        .append(auroc(low, high))
                        .append(String.format(
                                Locale.ROOT,
                                " (%.4g)",
                                -Arrays.stream(high).average().orElseThrow()));
            });
            System.out.println("| " + name + " | " + means + aurocs + " |");
        });
    }

    private Array features(Array batch, String name) {
        return Objects.requireNonNull(network.run(batch, List.of(name)).get(name));
    }

    private static double[] norms(Array features) {
        int n = features.dim(0);
        int d = features.size() / n;
        return IntStream.range(0, n)
                .mapToDouble(i -> IntStream.range(i * d, (i + 1) * d)
                        .mapToDouble(j -> Math.abs(features.get(j)))
                        .sum())
                .toArray();
    }

    private double[] doubt(Array batch) {
        Array logits = network.logits(batch);
        int k = logits.dim(1);
        double[] out = new double[logits.dim(0)];
        for (int i = 0; i < out.length; i++) {
            double max = Double.NEGATIVE_INFINITY;
            for (int c = 0; c < k; c++) {
                max = Math.max(max, logits.get(i * k + c));
            }
            boolean skipped = false;
            double others = 0;
            for (int c = 0; c < k; c++) {
                double z = logits.get(i * k + c);
                others += z == max && !skipped ? 0 : Math.exp(z - max);
                skipped |= z == max;
            }
            out[i] = others / (1 + others);
        }
        return out;
    }

    private static double[] times(double[] x, int sign) {
        return Arrays.stream(x).map(v -> sign * v).toArray();
    }

    private static String auroc(double[] low, double[] high) {
        return String.format(Locale.ROOT, "%.3f", Auroc.of(low, high).value());
    }

    private static double[] ranks(double[] x) {
        int[] order = IntStream.range(0, x.length)
                .boxed()
                .sorted((a, b) -> Double.compare(x[a], x[b]))
                .mapToInt(i -> i)
                .toArray();
        double[] ranks = new double[x.length];
        for (int r = 0; r < order.length; r++) {
            ranks[order[r]] = r;
        }
        return ranks;
    }

    private static double correlation(double[] a, double[] b) {
        double middle = (a.length - 1) / 2.0;
        double ab = 0;
        double aa = 0;
        for (int i = 0; i < a.length; i++) {
            ab += (a[i] - middle) * (b[i] - middle);
            aa += (a[i] - middle) * (a[i] - middle);
        }
        return ab / aa;
    }
}
