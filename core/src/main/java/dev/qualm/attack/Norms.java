package dev.qualm.attack;

import java.util.Locale;

/**
 * How far an input was moved, in the unit of its {@link Box}.
 *
 * @param linf largest change of an entry
 * @param l2 Euclidean length
 * @param l1 sum of absolute changes
 * @param changed number of entries changed by more than 1e-7
 */
public record Norms(double linf, double l2, double l1, int changed) {
    private static final double CHANGED = 1e-7;

    /**
     * Of row {@code i} of two batches of rows.
     *
     * @param box bounds of each entry, as {@link Box#spread} makes them
     */
    public static Norms of(double[] from, double[] to, int i, Box box) {
        int width = box.unit().length;
        double linf = 0;
        double square = 0;
        double l1 = 0;
        int changed = 0;
        for (int j = 0; j < width; j++) {
            double d = Math.abs(to[i * width + j] - from[i * width + j]) / box.unit()[j];
            linf = Math.max(linf, d);
            square += d * d;
            l1 += d;
            changed += d > CHANGED ? 1 : 0;
        }
        return new Norms(linf, Math.sqrt(square), l1, changed);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "Linf %.4g, L2 %.4g, L1 %.4g, %d entries", linf, l2, l1, changed);
    }
}
