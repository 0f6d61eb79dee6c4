package dev.qualm.network.operator;

import java.util.Arrays;

/**
 * Resampling of one axis: which input positions an output position reads, with which weights.
 *
 * @param input length before
 * @param output length after
 * @param scale output length / input length as the node states it, before rounding
 * @param start begin of the region of interest, as a fraction of the input; used by tf_crop_and_resize only
 * @param end its end
 */
record ResizeAxis(long input, long output, double scale, double start, double end) {
    /** Ways to find the input coordinate of an output position. */
    enum Coordinates {
        HALF_PIXEL,
        HALF_PIXEL_SYMMETRIC,
        PYTORCH_HALF_PIXEL,
        ALIGN_CORNERS,
        ASYMMETRIC,
        TF_HALF_PIXEL_FOR_NN,
        TF_CROP_AND_RESIZE
    }

    /** Ways to round a coordinate to a position. */
    enum Rounding {
        ROUND_PREFER_FLOOR,
        ROUND_PREFER_CEIL,
        FLOOR,
        CEIL,
        /** As in operator sets before 11: up where the axis shrinks, else down. */
        FIRST
    }

    /** Interpolation kernels. */
    enum Kind {
        NEAREST,
        LINEAR,
        CUBIC
    }

    /** Positions and weights: output {@code o} is the sum over k of {@code weights[k][o] * input[positions[k][o]]}. */
    static final class Taps {
        final long[][] positions;
        final double[][] weights;

        private Taps(int count, int outputs) {
            positions = new long[count][outputs];
            weights = new double[count][outputs];
        }

        int count() {
            return positions.length;
        }
    }

    /** Whether the axis stays as it is. */
    boolean identity(Coordinates mode) {
        return input == output && scale == 1 && mode != Coordinates.TF_CROP_AND_RESIZE;
    }

    /** The input coordinate of output position {@code o}. */
    double coordinate(long o, Coordinates mode) {
        return switch (mode) {
            case ASYMMETRIC -> o / scale;
            case HALF_PIXEL -> (o + 0.5) / scale - 0.5;
            case TF_HALF_PIXEL_FOR_NN -> (o + 0.5) / scale;
            case PYTORCH_HALF_PIXEL -> output > 1 ? (o + 0.5) / scale - 0.5 : 0;
            case HALF_PIXEL_SYMMETRIC -> {
                double rounding = output / (scale * input);
                yield input / 2.0 * (1 - rounding) + (o + 0.5) / scale - 0.5;
            }
            case ALIGN_CORNERS -> output > 1 ? o * (input - 1.0) / (length() - 1) : 0;
            case TF_CROP_AND_RESIZE ->
                output > 1
                        ? start * (input - 1) + o * (end - start) * (input - 1) / (output - 1)
                        : 0.5 * (start + end) * (input - 1);
        };
    }

    /** The output length before it was rounded down. */
    private double length() {
        return scale * input;
    }

    /** Output positions whose coordinate lies outside the input; only tf_crop_and_resize fills them with a constant. */
    boolean[] outside(Coordinates mode) {
        boolean[] outside = new boolean[(int) output];
        for (int o = 0; o < outside.length && mode == Coordinates.TF_CROP_AND_RESIZE; o++) {
            double c = coordinate(o, mode);
            outside[o] = c < 0 || c > input - 1;
        }
        return outside;
    }

    /** The nearest input position of every output position. */
    long[] nearest(Coordinates mode, Rounding rounding) {
        long[] positions = new long[(int) output];
        for (int o = 0; o < positions.length; o++) {
            // Ties are what the rounding modes differ in; in 32-bit arithmetic, as elsewhere, 1.5 / 0.3f is a tie.
            float c = (float) coordinate(o, mode);
            double position = switch (rounding) {
                case FLOOR -> Math.floor(c);
                case CEIL -> Math.ceil(c);
                case FIRST -> scale < 1 ? Math.ceil(c) : Math.floor(c);
                case ROUND_PREFER_FLOOR -> Math.ceil(c - 0.5);
                case ROUND_PREFER_CEIL -> Math.floor(c + 0.5);
            };
            positions[o] = clamp((long) position);
        }
        return positions;
    }

    /**
     * Taps of linear or cubic interpolation.
     *
     * @param cubic coefficient a of the cubic kernel
     * @param antialias whether the kernel is widened when the axis shrinks
     * @param excludeOutside whether positions outside the input are left out, the other weights scaled up, instead of
     *     repeating the edge
     */
    Taps taps(Kind kind, Coordinates mode, double cubic, boolean antialias, boolean excludeOutside) {
        double stretch = antialias ? Math.min(scale, 1) : 1;
        int radius = kind == Kind.LINEAR ? 1 : 2;
        int before = (int) Math.ceil(radius / stretch) - 1;
        Taps taps = new Taps(2 * before + 2, (int) output);
        for (int o = 0; o < output; o++) {
            double c = coordinate(o, mode);
            double floor = Math.floor(c);
            double sum = 0;
            for (int k = 0; k < taps.count(); k++) {
                long at = (long) floor + k - before;
                double distance = Math.abs(at - c) * stretch;
                double w = kind == Kind.LINEAR ? Math.max(0, 1 - distance) : cubic(distance, cubic);
                boolean dropped = excludeOutside && (at < 0 || at >= input);
                taps.positions[k][o] = clamp(at);
                taps.weights[k][o] = dropped ? 0 : w;
                sum += taps.weights[k][o];
            }
            for (int k = 0; k < taps.count(); k++) {
                taps.weights[k][o] /= sum;
            }
        }
        return taps;
    }

    private long clamp(long position) {
        return Math.max(0, Math.min(input - 1, position));
    }

    /**
     * Keys' cubic convolution kernel (Keys 1981, "Cubic convolution interpolation for digital image processing", eq.
     * 15).
     */
    static double cubic(double t, double a) {
        if (t < 1) {
            return ((a + 2) * t - (a + 3)) * t * t + 1;
        }
        return t < 2 ? a * (((t - 5) * t + 8) * t - 4) : 0;
    }

    /** The taps as a matrix {@code [output, input]}, row-major. */
    double[] matrix(Taps taps) {
        double[] m = new double[(int) (output * input)];
        for (int k = 0; k < taps.count(); k++) {
            for (int o = 0; o < output; o++) {
                m[(int) (o * input + taps.positions[k][o])] += taps.weights[k][o];
            }
        }
        return m;
    }

    /** Whether any entry is true. */
    static boolean any(boolean[] flags) {
        for (boolean f : flags) {
            if (f) {
                return true;
            }
        }
        return false;
    }

    /** As 0 and 1. */
    static long[] numbers(boolean[] flags) {
        long[] n = new long[flags.length];
        Arrays.setAll(n, i -> flags[i] ? 1 : 0);
        return n;
    }
}
