package dev.qualm.attribution.evaluation;

import dev.qualm.Provenance;
import dev.qualm.Status;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How much maps change near an input. Lower is better throughout.
 *
 * @param largest over all neighbours: the published value
 * @param average over all neighbours
 * @param largestKept over the neighbours that keep the prediction; no value where none does. A map may well change
 *     where the prediction does
 * @param flips share of the neighbours whose prediction differs from the clean one, {@code [n]}
 */
public record Robustness(Evaluation largest, Evaluation average, Evaluation largestKept, double[] flips) {
    /**
     * @param changes by input and neighbour, {@code [n][samples]}
     * @param flipped likewise
     */
    static Robustness of(
            String method, double[][] changes, boolean[][] flipped, Subject s, long seed, Provenance provenance) {
        int n = changes.length;
        double[] largest = new double[n];
        double[] average = new double[n];
        double[] kept = new double[n];
        double[] flips = new double[n];
        List<Status> status = s.status();
        Status[] keptStatus = status.toArray(Status[]::new);
        for (int i = 0; i < n; i++) {
            int image = i;
            double[] row = changes[i];
            boolean[] flip = flipped[i];
            int[] same = IntStream.range(0, row.length).filter(k -> !flip[k]).toArray();
            largest[i] = Arrays.stream(row).max().orElse(Double.NaN);
            average[i] = Arrays.stream(row).average().orElse(Double.NaN);
            kept[i] = Arrays.stream(same)
                    .mapToDouble(k -> changes[image][k])
                    .max()
                    .orElse(Double.NaN);
            flips[i] = status.get(i).isOk() ? (row.length - same.length) / (double) row.length : Double.NaN;
            if (same.length == 0 && keptStatus[i].isOk()) {
                keptStatus[i] = Status.undefined("every neighbour has another prediction");
            }
        }
        Provenance p = provenance.with("classes", "of the clean input");
        return new Robustness(
                Evaluation.of(method, Better.LOWER, largest, status, s.cost(), seed, p),
                Evaluation.of(method + ", average", Better.LOWER, average, status, s.cost(), seed, p),
                Evaluation.of(
                        method + ", prediction kept", Better.LOWER, kept, Arrays.asList(keptStatus), s.cost(), seed, p),
                flips);
    }

    /** Largest magnitude first, so that squares neither overflow nor vanish. */
    static double norm(double[] v) {
        double scale = 0;
        for (double x : v) {
            scale = Math.max(scale, Math.abs(x));
        }
        if (scale == 0 || !Double.isFinite(scale)) {
            return scale;
        }
        double sum = 0;
        for (double x : v) {
            sum += x / scale * (x / scale);
        }
        return scale * Math.sqrt(sum);
    }

    static double[] difference(double[] a, double[] b) {
        double[] out = new double[a.length];
        Arrays.setAll(out, e -> a[e] - b[e]);
        return out;
    }
}
