package dev.qualm.report;

import dev.qualm.array.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A report of invented numbers with the shape of a real one, every odd case included. */
final class SyntheticReport {
    static final List<String> CLASSES =
            List.of("T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Sneaker", "Ankle boot");
    private static final String IN = "Fashion-MNIST";
    private static final String[][] SCORES = {
        {"MSP", "softmax", "How far is the largest probability from one?", "1"},
        {"Energy", "logits", "How small is the log-sum-exp of the logits?", "1"},
        {"Entropy", "softmax", "How spread are the probabilities?", "1"},
        {"GEN", "softmax", "How uncertain are the leading probabilities, with small ones given weight?", "1"},
        {"GradNorm", "head gradient", "How small is the last layer's gradient towards a uniform target?", "1"},
        {"Cosine map", "input gradients", "Do the classes' gradients look like those of an ordinary image?", "8"},
        {"Weight gradients", "weight gradients", "How much would this image want to change the weights?", "3.1"},
    };
    private static final double[][] SHIFT = {
        {1.3, 2.2, 0.9, 2.6, 1.6},
        {1.2, 2.6, 0.8, 3.4, 1.1},
        {1.35, 2.25, 0.95, 2.7, 1.6},
        {1.5, 2.5, 1.0, 3.0, 1.7},
        {0.6, 1.1, 0.5, -1.2, 0.9},
        {0.3, 0.7, 0.6, 1.9, 0.4},
        {1.3, 2.3, 1.1, 8.0, 1.9}
    };
    private static final List<OutSet> OUT = List.of(
            new OutSet("Held back", OutSet.Kind.NEAR, 400, "Bags and shirts, the two classes the model has never seen"),
            new OutSet("Digits", OutSet.Kind.FAR, 1000, "UCI handwritten digits, enlarged from 8 x 8 to 28 x 28"),
            new OutSet("Rotated", OutSet.Kind.SHIFTED, 1000, "The test images, turned by 90 degrees"),
            new OutSet("Noise", OutSet.Kind.NOISE, 1000, "Uniform noise in 0 to 1"),
            new OutSet("FGSM", OutSet.Kind.ATTACK, 712, "Test images moved 8/255 along the sign of the gradient"));

    private SyntheticReport() {}

    static ScoreReport create() {
        return create(IN, "Qualm demo: which predictions to doubt");
    }

    /** The same report with chosen names, to see what becomes of hostile ones. */
    static ScoreReport create(String inName, String title) {
        Random random = new Random(7);
        List<ScoreRow> rows = new ArrayList<>();
        List<Histogram> histograms = new ArrayList<>();
        Map<String, List<RocSet.Curve>> curves = new LinkedHashMap<>();
        for (int s = 0; s < SCORES.length; s++) {
            double[] in = sample(random, 1000, 0, s == 6);
            Map<String, double[]> values = new LinkedHashMap<>();
            values.put(inName, in);
            List<ScoreRow.Cell> cells = new ArrayList<>();
            for (int o = 0; o < OUT.size(); o++) {
                OutSet set = OUT.get(o);
                double[] out = sample(random, set.images(), SHIFT[s][o], s == 6);
                boolean broken = s == 5 && o == 3;
                if (broken) {
                    Arrays.fill(out, Double.NaN);
                }
                values.put(set.name(), out);
                cells.add(
                        broken
                                ? new ScoreRow.Cell(
                                        set.name(),
                                        Estimate.missing("zero gradients"),
                                        Estimate.missing("zero gradients"),
                                        1000)
                                : cell(set.name(), in, out, s == 5 ? 3 : 0));
                if (!broken) {
                    curves.computeIfAbsent(set.name(), k -> new ArrayList<>()).add(curve(SCORES[s][0], in, out));
                }
            }
            rows.add(new ScoreRow(
                    SCORES[s][0],
                    SCORES[s][1],
                    SCORES[s][2],
                    Double.parseDouble(SCORES[s][3]),
                    0.11 * Double.parseDouble(SCORES[s][3]) + 0.004 * s,
                    cells));
            histograms.add(Histogram.of(SCORES[s][0], inName, values, 40));
        }
        List<RocSet> rocs = new ArrayList<>();
        curves.forEach((set, c) -> rocs.add(new RocSet(set, c)));
        return new ScoreReport(
                title,
                "A small BatchNorm CNN trained on 8 of the 10 Fashion-MNIST classes was asked about 1,000 test "
                        + "images and about five sets it should doubt. Seven scores were computed in one run.",
                inName,
                1000,
                OUT,
                rules(),
                rows,
                histograms,
                rocs,
                doubted(random, inName),
                provenance(),
                List.of(
                        "Trained for a few minutes on 6,000 images: the numbers rank scores on this network only.",
                        "The weight-gradient score was fitted on 1,000 training images; no other is fitted."));
    }

    private static Rules rules() {
        return new Rules(
                "Out-distribution is positive; ties count half (mid-ranks).",
                "Share of the in-distribution set flagged at the largest threshold that flags at least 95 % of the "
                        + "out-distribution set; tied scores are flagged together.",
                "95 %, percentile bootstrap over images, 1,000 resamples, both sets resampled.",
                "Median of 3 runs, batches of 32, 2 threads, without reading the images.");
    }

    private static Map<String, String> provenance() {
        Map<String, String> map = new LinkedHashMap<>();
        map.put("Model", "fashion-cnn.onnx, 61,538 parameters");
        map.put("Model SHA-256", "8f3a1c5be4d07ac2b9e67d80c1a4f2237a5d9b10");
        map.put("Data", "Fashion-MNIST test subset, 1,000 of 2,000 images");
        map.put("Preprocessing", "grey, 28 x 28, mean 0.286, deviation 0.353");
        map.put("Seed", "20240917");
        map.put("Qualm", "0.1.0");
        map.put("Engine", "libtorch 2.10.0, CPU, float32, 2 threads");
        map.put("Java", "17.0.15, Linux amd64");
        return map;
    }

    private static Doubted doubted(Random random, String inName) {
        List<DoubtedItem> items = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            OutSet set = OUT.get(i % OUT.size());
            boolean inside = i == 5;
            List<DoubtedItem.Reading> readings = new ArrayList<>();
            for (String[] s : SCORES) {
                boolean undefined = i == 3 && s[0].equals("Cosine map");
                double rank = Math.min(1, 0.86 + 0.16 * random.nextDouble());
                readings.add(
                        undefined
                                ? DoubtedItem.Reading.missing(s[0], "zero gradients")
                                : DoubtedItem.Reading.of(s[0], random.nextGaussian() * 4, rank));
            }
            CosineMap map =
                    i == 3 ? CosineMap.missing("the gradient of every class is zero") : CosineMap.of(map(random, 0.9));
            items.add(new DoubtedItem(
                    "#" + (100 + 37 * i),
                    Picture.of(image(random, i)),
                    inside ? inName : set.name(),
                    CLASSES.get(random.nextInt(8)),
                    0.3 + 0.6 * random.nextDouble(),
                    inside ? "Dress" : i % 4 == 3 ? null : "digit " + i % 10,
                    readings,
                    map));
        }
        return new Doubted("energy, largest first", CLASSES, CosineMap.of(map(random, 0.35)), items);
    }

    private static Array image(Random random, int i) {
        float[] v = new float[28 * 28];
        for (int p = 0; p < v.length; p++) {
            double r = Math.hypot(p % 28 - 13.5, p / 28.0 - 13.5);
            v[p] = i % 5 == 3 ? random.nextFloat() : (float) Math.max(0, 1 - Math.abs(r - 5 - i % 4) / 3);
        }
        return Array.of(v, 1, 28, 28);
    }

    private static double[][] map(Random random, double spread) {
        double[][] m = new double[8][8];
        for (int r = 0; r < 8; r++) {
            m[r][r] = 1;
            for (int c = 0; c < r; c++) {
                double block = (r < 5) == (c < 5) ? 0.25 : -0.35;
                m[r][c] = m[c][r] = Math.max(-1, Math.min(1, block + spread * random.nextGaussian() * 0.6));
            }
        }
        return m;
    }

    private static double[] sample(Random random, int n, double shift, boolean heavy) {
        double[] v = new double[n];
        for (int i = 0; i < n; i++) {
            double z = random.nextGaussian() + shift;
            v[i] = heavy ? Math.exp(z) : z;
        }
        return v;
    }

    private static RocSet.Curve curve(String score, double[] in, double[] out) {
        double[] thresholds = java.util.stream.DoubleStream.concat(Arrays.stream(in), Arrays.stream(out))
                .map(v -> -v)
                .sorted()
                .toArray();
        double[] fpr = new double[thresholds.length + 1];
        double[] tpr = new double[thresholds.length + 1];
        double[] a = Arrays.stream(in).map(v -> -v).sorted().toArray();
        double[] b = Arrays.stream(out).map(v -> -v).sorted().toArray();
        int i = 0;
        int j = 0;
        for (int t = 0; t < thresholds.length; t++) {
            while (i < a.length && a[i] <= thresholds[t]) {
                i++;
            }
            while (j < b.length && b[j] <= thresholds[t]) {
                j++;
            }
            fpr[t + 1] = (double) i / a.length;
            tpr[t + 1] = (double) j / b.length;
        }
        return new RocSet.Curve(score, fpr, tpr);
    }

    private static ScoreRow.Cell cell(String name, double[] in, double[] out, int undefined) {
        RocSet.Curve c = curve("", in, out);
        double auc = 0;
        double fpr95 = 1;
        for (int i = 1; i < c.falsePositive().length; i++) {
            auc += (c.falsePositive()[i] - c.falsePositive()[i - 1])
                    * (c.truePositive()[i] + c.truePositive()[i - 1])
                    / 2;
            if (c.truePositive()[i] >= 0.95) {
                fpr95 = Math.min(fpr95, c.falsePositive()[i]);
            }
        }
        double half = 1.2 / Math.sqrt(out.length);
        return new ScoreRow.Cell(
                name,
                around(Math.min(1, auc), half * Math.sqrt(auc * (1.0001 - auc))),
                around(fpr95, half * 0.6),
                undefined);
    }

    private static Estimate around(double v, double half) {
        return Estimate.of(v, Math.max(0, v - half), Math.min(1, v + half));
    }
}
