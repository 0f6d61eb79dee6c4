package dev.qualm.gradient;

import dev.qualm.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Numbers that detectors read off a cosine similarity map. Qualm's choice, not the paper's: moments of the whole map, of the
 * predicted class's row and of the block without it, and the map itself with its classes sorted by falling logit.
 *
 * <p>Standard deviations are of the population. A statistic of no entries, and any that meets a NaN of the map, is NaN.
 */
public final class MapFeatures {
    private static final List<String> SUMMARY = List.of(
            "off_diagonal_mean",
            "off_diagonal_std",
            "off_diagonal_min",
            "off_diagonal_max",
            "predicted_row_mean",
            "rest_block_mean",
            "rest_block_std");

    private MapFeatures() {}

    /** Names of the seven values of {@link #summary}. */
    public static List<String> names() {
        return SUMMARY;
    }

    /** Names of the {@code 7 + k (k - 1) / 2} values of {@link #of} for maps of {@code k} classes; {@code cosine_0_1} is that of
     * the classes with the largest and the second largest logit. */
    public static List<String> names(int k) {
        List<String> names = new ArrayList<>(SUMMARY);
        for (int a = 0; a < k; a++) {
            for (int b = a + 1; b < k; b++) {
                names.add("cosine_" + a + "_" + b);
            }
        }
        return names;
    }

    /**
     * All features: the summary, then the sorted upper triangle.
     *
     * @param map cosines, {@code [k][k]}
     * @param predictedIndex row of the predicted class
     * @param logits logits of the map's classes in the order of its rows, {@code [k]}
     */
    public static double[] of(double[][] map, int predictedIndex, double[] logits) {
        double[] summary = summary(map, predictedIndex);
        double[] triangle = sortedUpperTriangle(map, logits);
        double[] all = Arrays.copyOf(summary, summary.length + triangle.length);
        System.arraycopy(triangle, 0, all, summary.length, triangle.length);
        return all;
    }

    /** All features of one map of a batch. */
    public static double[] of(CosineSimilarityMaps.Maps maps, int i) {
        return of(maps.maps()[i], maps.predictedIndex(i), maps.rowLogits(i));
    }

    /** The seven values named by {@link #names()}. Each pair of classes counts once. */
    public static double[] summary(double[][] map, int predictedIndex) {
        int k = map.length;
        if (predictedIndex < 0 || predictedIndex >= k) {
            throw new ShapeException("Expected a row from 0 to " + (k - 1) + ", but found " + predictedIndex);
        }
        double[] all = new double[k * (k - 1) / 2];
        double[] row = new double[k - 1];
        double[] rest = new double[(k - 1) * (k - 2) / 2];
        int atAll = 0;
        int atRow = 0;
        int atRest = 0;
        for (int a = 0; a < k; a++) {
            for (int b = a + 1; b < k; b++) {
                double v = map[a][b];
                all[atAll++] = v;
                if (a == predictedIndex || b == predictedIndex) {
                    row[atRow++] = v;
                } else {
                    rest[atRest++] = v;
                }
            }
        }
        return new double[] {
            mean(all), deviation(all), extreme(all, -1), extreme(all, 1), mean(row), mean(rest), deviation(rest)
        };
    }

    /** The upper triangle row by row, classes sorted by falling logit; {@code k (k - 1) / 2} values. */
    public static double[] sortedUpperTriangle(double[][] map, double[] logits) {
        int k = map.length;
        if (logits.length != k) {
            throw new ShapeException("Expected " + k + " logits, one per row, but found " + logits.length);
        }
        int[] order = IntStream.range(0, k)
                .boxed()
                .sorted(Logits.byFallingValue(logits))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] out = new double[k * (k - 1) / 2];
        int at = 0;
        for (int a = 0; a < k; a++) {
            for (int b = a + 1; b < k; b++) {
                out[at++] = map[order[a]][order[b]];
            }
        }
        return out;
    }

    private static double mean(double[] x) {
        return Arrays.stream(x).average().orElse(Double.NaN);
    }

    private static double deviation(double[] x) {
        double m = mean(x);
        double sum = 0;
        for (double v : x) {
            sum += (v - m) * (v - m);
        }
        return x.length == 0 ? Double.NaN : Math.sqrt(sum / x.length);
    }

    private static double extreme(double[] x, int direction) {
        double best = x.length == 0 ? Double.NaN : x[0];
        for (double v : x) {
            best = direction > 0 ? Math.max(best, v) : Math.min(best, v);
        }
        return best;
    }
}
