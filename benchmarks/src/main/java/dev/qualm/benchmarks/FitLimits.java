package dev.qualm.benchmarks;

import dev.qualm.detect.fitted.Detector;
import dev.qualm.detect.fitted.DetectorFit;
import dev.qualm.detect.fitted.DetectorScore;
import dev.qualm.detect.fitted.Detectors;
import dev.qualm.detect.fitted.Readings;
import dev.qualm.detect.fitted.Site;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Fits every detector that reads logits and features on more items than fit into memory: arguments are the number of items, of features and
 * of classes, 1,000,000, 2,048 and 100 if left out. Prints time, and the peak of the process's memory (Linux only, reads /proc). Run it with
 * the heap that is to suffice, {@code -Xmx}.
 */
public final class FitLimits {
    private static final int BLOCK = 512;

    /** Products of the features' own factors, so that they are correlated. */
    private static final int FACTORS = 16;

    private FitLimits() {}

    public static void main(String[] arguments) throws IOException {
        int items = argument(arguments, 0, 1_000_000);
        int features = argument(arguments, 1, 2048);
        int classes = argument(arguments, 2, 100);
        Site site = site(classes, features);
        List<Detector> detectors = Detectors.names().stream()
                .map(name -> Detectors.of(name, Map.of()))
                .filter(d -> DetectorRatios.ROWS.containsAll(d.about().reads()))
                .toList();
        DetectorFit fit = new DetectorFit(detectors, site);
        double[][] centres = normal(new SplittableRandom(1), classes, features);
        double[][] factors = normal(new SplittableRandom(2), FACTORS, features);
        long start = System.nanoTime();
        for (int from = 0; from < items; from += BLOCK) {
            fit.add(block(site, centres, factors, from, Math.min(items, from + BLOCK)));
            if (from / BLOCK % 100 == 0) {
                System.err.printf(Locale.ROOT, "\r%,d of %,d items, %s", from, items, memory());
            }
        }
        double passed = (System.nanoTime() - start) * 1e-9;
        System.err.println();
        System.out.printf(
                Locale.ROOT, "%,d items of %d features: %.0f s, %s%n", fit.items(), features, passed, memory());
        List<DetectorScore> fitted = fit.finish();
        System.out.printf(
                Locale.ROOT,
                "%d detectors finished: %.0f s, %s%n",
                fitted.size(),
                (System.nanoTime() - start) * 1e-9 - passed,
                memory());
        Readings few = block(site, centres, factors, items, items + 4);
        for (DetectorScore s : fitted) {
            double[] scores = new double[few.size()];
            for (int i = 0; i < scores.length; i++) {
                scores[i] = ((dev.qualm.detect.fitted.Judge.OfRow) s.judge()).score(few, i);
            }
            System.out.println(s.name() + " " + java.util.Arrays.toString(scores));
        }
        System.out.println(memory());
    }

    private static int argument(String[] arguments, int place, int otherwise) {
        return arguments.length > place ? Integer.parseInt(arguments[place]) : otherwise;
    }

    private static double[][] normal(SplittableRandom random, int rows, int columns) {
        double[][] out = new double[rows][columns];
        for (double[] row : out) {
            for (int j = 0; j < columns; j++) {
                row[j] = random.nextGaussian();
            }
        }
        return out;
    }

    private static Site site(int classes, int features) {
        double[][] weight = normal(new SplittableRandom(3), classes, features);
        for (double[] row : weight) {
            for (int j = 0; j < features; j++) {
                row[j] /= Math.sqrt(features);
            }
        }
        return new Site(classes, weight, new double[classes]);
    }

    /** Rectified normal features around class centres, in single precision as networks give them. */
    private static Readings block(Site site, double[][] centres, double[][] factors, int from, int to) {
        int n = to - from;
        int d = site.features();
        double[][] h = new double[n][d];
        double[][] z = new double[n][site.classes()];
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            SplittableRandom random = new SplittableRandom(from + i);
            labels[i] = random.nextInt(site.classes());
            double[] centre = centres[labels[i]];
            double[] factor = factors[random.nextInt(FACTORS)];
            double strength = random.nextGaussian();
            for (int j = 0; j < d; j++) {
                double noise = (random.nextInt() >> 8) * 0x1p-23 + (random.nextInt() >> 8) * 0x1p-23;
                h[i][j] = (float) Math.max(0, centre[j] + strength * factor[j] + noise);
            }
            for (int c = 0; c < z[i].length; c++) {
                double sum = 0;
                for (int j = 0; j < d; j += 8) {
                    sum += site.weight()[c][j] * h[i][j];
                }
                z[i][c] = (float) sum;
            }
        }
        return new Readings(z, h, labels);
    }

    /** For example {@code peak 512 MiB}. */
    private static String memory() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("VmHWM:")) {
                    return "peak " + Long.parseLong(line.replaceAll("\\D", "")) / 1024 + " MiB";
                }
            }
        } catch (IOException e) {
            return "peak unknown";
        }
        return "peak unknown";
    }
}
