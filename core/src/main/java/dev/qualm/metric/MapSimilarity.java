package dev.qualm.metric;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import java.util.List;

/**
 * How alike two relevance maps of one size are. All are symmetric in the two maps and deterministic.
 *
 * <p>Common contract. A map is {@code height * width} numbers in row-major order; where the place does not matter it
 * may be given as one row. A map that holds NaN or an infinity has no similarity to anything: the value is NaN. Where a
 * definition divides by zero (a constant map for correlations, a zero map for the cosine) the value is NaN as well and
 * the class says so. No map is an error; only arrays of the wrong length are.
 */
public sealed interface MapSimilarity
        permits MapSquaredError,
                StructuralSimilarity,
                MapPearson,
                MapSpearman,
                MapCosine,
                TopKIntersection,
                MassCentreShift {

    /** One of each kind with its defaults, in a fixed order. */
    static List<MapSimilarity> all() {
        return List.of(
                new MapSquaredError(),
                StructuralSimilarity.gaussian(),
                new MapPearson(),
                new MapSpearman(),
                new MapCosine(),
                TopKIntersection.tenth(),
                new MassCentreShift());
    }

    /** Short, stable, for tables and files: {@code ssim}, {@code pcc}. */
    String name();

    /** Whether larger values mean more alike; false for the errors and shifts, which are 0 for equal maps. */
    boolean growsWithLikeness();

    /**
     * The similarity of two maps whose arrays are known to fit; called by {@link #of(double[], double[], int, int)}.
     */
    double compare(double[] a, double[] b, int height, int width);

    /**
     * The similarity of two maps.
     *
     * @param a {@code [height * width]}
     * @param b likewise
     * @throws ShapeException if a length is not {@code height * width}, or that is 0
     */
    default double of(double[] a, double[] b, int height, int width) {
        long size = (long) height * width;
        if (height < 1 || width < 1 || a.length != size || b.length != size) {
            throw new ShapeException("Expected two maps of " + height + " x " + width + " = " + size
                    + " entries, but found " + a.length + " and " + b.length);
        }
        for (int i = 0; i < a.length; i++) {
            if (!Double.isFinite(a[i]) || !Double.isFinite(b[i])) {
                return Double.NaN;
            }
        }
        return compare(a, b, height, width);
    }

    /** As {@link #of(double[], double[], int, int)} for maps of one row. */
    default double of(double[] a, double[] b) {
        return of(a, b, 1, a.length);
    }

    /**
     * The similarity of each pair in two stacks of maps.
     *
     * @param a {@code [n, h, w]}, {@code [n, 1, h, w]} or {@code [n, d]}; sum or choose channels first
     * @param b of the same shape
     * @return {@code [n]}
     */
    default double[] each(Array a, Array b) {
        int[] shape = a.shape();
        boolean fits = shape.length == 2 || shape.length == 3 || (shape.length == 4 && shape[1] == 1);
        if (!fits || !java.util.Arrays.equals(shape, b.shape())) {
            throw new ShapeException(
                    "Expected two stacks of maps of one shape, [n, h, w], [n, 1, h, w] or [n, d], but found " + a
                            + " and " + b + "; sum maps over their channels first");
        }
        int width = shape[shape.length - 1];
        int height = shape.length == 2 ? 1 : shape[shape.length - 2];
        double[] out = new double[shape[0]];
        double[] left = a.toDoubles();
        double[] right = b.toDoubles();
        for (int i = 0; i < out.length; i++) {
            int from = i * height * width;
            int to = from + height * width;
            out[i] = of(
                    java.util.Arrays.copyOfRange(left, from, to),
                    java.util.Arrays.copyOfRange(right, from, to),
                    height,
                    width);
        }
        return out;
    }
}
