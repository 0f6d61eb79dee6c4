package dev.qualm.attribution;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import java.util.Arrays;

/**
 * What becomes of the channels of a map: how a signed map {@code [n, c, ...]} turns into one value per place, {@code [n,
 * ...]}. Maps of rank 1 and 2 have no channel axis; there every entry is its own place. All results are FLOAT64.
 */
public enum Reduction {
    /** Sum of absolute values, as in Dombrowski et al. 2019, section 2; never negative. */
    ABSOLUTE_SUM,
    /** Sum with signs: channels may cancel. */
    SIGNED_SUM,
    /** Largest absolute value; never negative. The first of equal channels counts. */
    ABSOLUTE_MAX,
    /** Channels and signs stay. */
    NONE;

    /**
     * Shape of the reduced maps.
     *
     * @param shape of signed maps, {@code [n, c, ...]}
     */
    public int[] shape(int... shape) {
        if (shape.length == 0) {
            throw new ShapeException("Expected maps [n, ...] with one row per input, but found a scalar");
        }
        if (this == NONE || shape.length < 3) {
            return shape.clone();
        }
        int[] reduced = Arrays.copyOf(shape, shape.length - 1);
        System.arraycopy(shape, 2, reduced, 1, shape.length - 2);
        return reduced;
    }

    /**
     * Reduces signed maps.
     *
     * @param maps {@code [n, c, ...]}
     * @return {@code [n, ...]}, or the shape of {@code maps} for {@link #NONE} and below rank 3. A NaN in any channel gives
     *     NaN
     */
    public Array of(Array maps) {
        int[] shape = shape(maps.shape());
        if (this == NONE || (this == SIGNED_SUM && maps.rank() < 3)) {
            return maps.asFloat64();
        }
        double[] m = maps.toDoubles();
        double[] out = new double[Array.size(shape)];
        int channels = channels(maps);
        int plane = plane(maps, channels);
        for (int i = 0; i < m.length; i++) {
            int to = target(i, channels, plane);
            switch (this) {
                case ABSOLUTE_SUM -> out[to] += Math.abs(m[i]);
                case SIGNED_SUM -> out[to] += m[i];
                case ABSOLUTE_MAX -> out[to] = Math.max(out[to], Math.abs(m[i]));
                case NONE -> out[to] = m[i];
            }
        }
        return Array.of(out, shape);
    }

    /**
     * Gradient of {@code sum(u * of(maps))} by the maps. Where an absolute value has a kink, at zero, the derivative is
     * taken as 0.
     *
     * @param maps {@code [n, c, ...]}
     * @param u of the reduced shape
     * @return of the shape of {@code maps}
     */
    public Array pullback(Array maps, Array u) {
        int[] shape = shape(maps.shape());
        if (!Arrays.equals(shape, u.shape())) {
            throw new ShapeException("Expected cotangents of the reduced maps " + Arrays.toString(shape) + " of " + maps
                    + ", but found " + u);
        }
        if (this == NONE) {
            return u.asFloat64();
        }
        double[] m = maps.toDoubles();
        double[] cotangent = u.toDoubles();
        double[] out = new double[m.length];
        int channels = channels(maps);
        int plane = plane(maps, channels);
        for (int i = 0; i < m.length; i++) {
            double up = cotangent[target(i, channels, plane)];
            out[i] = switch (this) {
                case ABSOLUTE_SUM -> Math.signum(m[i]) * up;
                case ABSOLUTE_MAX -> isFirstMax(m, i, channels, plane) ? Math.signum(m[i]) * up : 0;
                case SIGNED_SUM, NONE -> up;
            };
        }
        return Array.of(out, maps.shape());
    }

    private static boolean isFirstMax(double[] m, int i, int channels, int plane) {
        int channel = i / plane % channels;
        int first = i - channel * plane;
        for (int c = 0; c < channels; c++) {
            double rival = Math.abs(m[first + c * plane]);
            if (c < channel ? rival >= Math.abs(m[i]) : rival > Math.abs(m[i])) {
                return false;
            }
        }
        return true;
    }

    private static int channels(Array maps) {
        return maps.rank() < 3 ? 1 : maps.dim(1);
    }

    /** Entries of one channel of one map; 1 at least, so that empty arrays need no special case. */
    private static int plane(Array maps, int channels) {
        int perMap = maps.dim(0) == 0 ? 0 : maps.size() / maps.dim(0);
        return Math.max(1, channels == 0 ? 0 : perMap / channels);
    }

    private static int target(int i, int channels, int plane) {
        return i / plane / channels * plane + i % plane;
    }
}
