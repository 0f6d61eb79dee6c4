package dev.qualm.detect.fitted;

import dev.qualm.array.Array;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A vector that takes half the space where every number is a float, as the features of networks in single precision are. */
final class Packed implements Comparable<Packed> {
    /** What an array of Java holds, some words left for its own use. */
    private static final int MOST = Integer.MAX_VALUE - 8;

    private final float @Nullable [] narrow;
    private final double[] wide;

    private Packed(float @Nullable [] narrow, double[] wide) {
        this.narrow = narrow;
        this.wide = wide;
    }

    /** A copy. */
    static Packed of(double[] values) {
        float[] narrow = narrow(values);
        return new Packed(narrow, narrow == null ? values.clone() : new double[0]);
    }

    /** The same numbers as floats, or null if some are not. */
    static float @Nullable [] narrow(double[] values) {
        float[] out = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            out[i] = (float) values[i];
            if (Double.doubleToRawLongBits(out[i]) != Double.doubleToRawLongBits(values[i])) {
                return null;
            }
        }
        return out;
    }

    int length() {
        return narrow == null ? wide.length : narrow.length;
    }

    /** A copy. */
    double[] values() {
        double[] out = new double[length()];
        copyTo(out, 0);
        return out;
    }

    void copyTo(double[] out, int at) {
        if (narrow == null) {
            System.arraycopy(wide, 0, out, at, wide.length);
        } else {
            for (int i = 0; i < narrow.length; i++) {
                out[at + i] = narrow[i];
            }
        }
    }

    /** Vectors of one length as the rows of a matrix, of floats if all are. */
    static Array matrix(List<Packed> rows, int width) {
        int n = rows.size();
        if ((long) n * width > MOST) {
            throw new DetectorException("Expected at most " + MOST + " numbers in a bank, but found " + n + " items of "
                    + width + "; give a smaller 'bank', or compare smaller layers");
        }
        if (rows.stream().allMatch(r -> r.narrow != null)) {
            float[] flat = new float[n * width];
            for (int i = 0; i < n; i++) {
                System.arraycopy(java.util.Objects.requireNonNull(rows.get(i).narrow), 0, flat, i * width, width);
            }
            return Array.of(flat, n, width);
        }
        double[] flat = new double[n * width];
        for (int i = 0; i < n; i++) {
            rows.get(i).copyTo(flat, i * width);
        }
        return Array.of(flat, n, width);
    }

    @Override
    public int compareTo(Packed o) {
        return Arrays.compare(values(), o.values());
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof Packed p && Arrays.equals(narrow, p.narrow) && Arrays.equals(wide, p.wide);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(narrow) + Arrays.hashCode(wide);
    }
}
