package dev.qualm.attribution;

import dev.qualm.ShapeException;
import dev.qualm.Status;
import dev.qualm.array.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The scale of a map. Every image of a batch is divided by its own number, never by one of the batch. All results are
 * FLOAT64.
 */
public enum Normalisation {
    /** Divided by the sum of its absolute values: a map without negative values sums to one. */
    SUM,
    /** Divided by its largest absolute value. */
    MAX_ABS,
    /** As it is. */
    NONE;

    /**
     * Maps on their scale.
     *
     * @param values {@code [n, ...]}, FLOAT64; an image whose status is not ok has NaN everywhere
     * @param status one per image: {@code UNDEFINED} for a map of zeros, which has no scale, {@code NON_FINITE} for a map
     *     with NaN or infinity
     */
    public record Scaled(Array values, List<Status> status) {
        public Scaled {
            status = List.copyOf(status);
        }
    }

    /**
     * Divides each map by its own scale.
     *
     * @param maps {@code [n, ...]}
     */
    public Scaled of(Array maps) {
        int n = rows(maps);
        double[] h = maps.toDoubles();
        double[] out = new double[h.length];
        int size = n == 0 ? 0 : h.length / n;
        List<Status> status = new ArrayList<>();
        for (int r = 0; r < n; r++) {
            double scale = scale(h, r * size, size);
            Status found = status(scale);
            for (int i = r * size; i < (r + 1) * size; i++) {
                out[i] = found.isOk() ? (this == NONE ? h[i] : h[i] / scale) : Double.NaN;
            }
            status.add(found);
        }
        return new Scaled(Array.of(out, maps.shape()), status);
    }

    /**
     * Gradient of {@code sum(u * of(maps))} by the maps. Where an absolute value has a kink, at zero, the derivative is
     * taken as 0; of equal largest values the first counts.
     *
     * @param maps {@code [n, ...]}
     * @param u of the same shape
     * @return of the same shape; NaN for images whose map has no scale
     */
    /*
     * h = m / s(m) has the pullback u / s - grad s * (u . m) / s^2, where grad s is the sign of every entry (SUM) or of the
     * largest one alone (MAX_ABS).
     */
    public Array pullback(Array maps, Array u) {
        if (!Arrays.equals(maps.shape(), u.shape())) {
            throw new ShapeException("Expected cotangents of the maps' shape " + maps + ", but found " + u);
        }
        int n = rows(maps);
        double[] m = maps.toDoubles();
        double[] cotangent = u.toDoubles();
        double[] out = new double[m.length];
        int size = n == 0 ? 0 : m.length / n;
        for (int r = 0; r < n; r++) {
            int from = r * size;
            double scale = scale(m, from, size);
            if (!status(scale).isOk()) {
                Arrays.fill(out, from, from + size, Double.NaN);
            } else if (this == NONE) {
                System.arraycopy(cotangent, from, out, from, size);
            } else {
                pullback(m, cotangent, out, from, size, scale);
            }
        }
        return Array.of(out, maps.shape());
    }

    private void pullback(double[] m, double[] u, double[] out, int from, int size, double scale) {
        double dot = 0;
        int largest = from;
        for (int i = from; i < from + size; i++) {
            dot += u[i] * (m[i] / scale);
            largest = Math.abs(m[i]) > Math.abs(m[largest]) ? i : largest;
        }
        for (int i = from; i < from + size; i++) {
            double slope = this == SUM || i == largest ? Math.signum(m[i]) : 0;
            out[i] = (u[i] - slope * dot) / scale;
        }
    }

    /** What a map is divided by; NaN or infinite if the map is. */
    private double scale(double[] m, int from, int size) {
        double sum = 0;
        double max = 0;
        for (int i = from; i < from + size; i++) {
            sum += Math.abs(m[i]);
            max = Math.max(max, Math.abs(m[i]));
        }
        return switch (this) {
            case SUM -> sum;
            case MAX_ABS -> max;
            // Only asked whether the map is finite.
            case NONE -> Double.isFinite(sum) ? 1 : sum;
        };
    }

    private Status status(double scale) {
        if (!Double.isFinite(scale)) {
            return Status.nonFinite("the map holds NaN or infinity, or its sum overflows");
        }
        return scale > 0 ? Status.OK : Status.undefined("the map is zero everywhere, so it has no scale to divide by");
    }

    private static int rows(Array maps) {
        if (maps.rank() == 0) {
            throw new ShapeException("Expected maps [n, ...] with one row per input, but found a scalar");
        }
        return maps.dim(0);
    }
}
