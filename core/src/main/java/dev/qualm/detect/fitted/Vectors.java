package dev.qualm.detect.fitted;

import java.util.Arrays;

/** Arithmetic of rows, in double precision. */
final class Vectors {
    private Vectors() {}

    static boolean finite(double[] x) {
        for (double v : x) {
            if (!Double.isFinite(v)) {
                return false;
            }
        }
        return true;
    }

    static double dot(double[] a, double[] b) {
        double s = 0;
        double t = 0;
        int i = 0;
        for (; i < a.length - 1; i += 2) {
            s += a[i] * b[i];
            t += a[i + 1] * b[i + 1];
        }
        return i < a.length ? s + t + a[i] * b[i] : s + t;
    }

    static double sum(double[] x) {
        double s = 0;
        for (double v : x) {
            s += v;
        }
        return s;
    }

    static double norm1(double[] x) {
        double s = 0;
        for (double v : x) {
            s += Math.abs(v);
        }
        return s;
    }

    /** Euclidean norm, scaled so that squares neither overflow nor vanish. */
    static double norm(double[] x) {
        double largest = 0;
        for (double v : x) {
            largest = Math.max(largest, Math.abs(v));
        }
        if (largest == 0 || !Double.isFinite(largest)) {
            return largest;
        }
        double s = 0;
        for (double v : x) {
            s += v / largest * (v / largest);
        }
        return largest * Math.sqrt(s);
    }

    static double squaredDistance(double[] a, double[] b) {
        double s = 0;
        for (int i = 0; i < a.length; i++) {
            double d = a[i] - b[i];
            s += d * d;
        }
        return s;
    }

    static double[] minus(double[] a, double[] b) {
        double[] out = new double[a.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = a[i] - b[i];
        }
        return out;
    }

    static double[] scaled(double[] a, double factor) {
        double[] out = new double[a.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = a[i] * factor;
        }
        return out;
    }

    /** To length 1; zeros stay zeros: they are as far from one direction as from any other. */
    static double[] unit(double[] a) {
        double norm = norm(a);
        double[] out = a.clone();
        for (int i = 0; i < out.length && norm > 0; i++) {
            out[i] /= norm;
        }
        return out;
    }

    /** Matrix of rows times a vector. */
    static double[] times(double[][] rows, double[] x) {
        double[] out = new double[rows.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = dot(rows[i], x);
        }
        return out;
    }

    /** The k-th largest of finite numbers; k from 1 to their number. */
    static double largest(double[] values, int k) {
        double[] v = values.clone();
        return select(v, v.length - k);
    }

    /** Sum of the k largest of finite numbers. */
    static double sumOfLargest(double[] values, int k) {
        double[] v = values.clone();
        select(v, v.length - k);
        Arrays.sort(v, v.length - k, v.length);
        double s = 0;
        for (int i = 1; i <= k; i++) {
            s += v[v.length - i];
        }
        return s;
    }

    /**
     * Puts the number that sorting would put at a place there, smaller ones before it, larger ones behind it. Hoare's FIND (1961) with the
     * median of three; halves that do not shrink are sorted, so that no order of the numbers costs more than sorting does.
     */
    static double select(double[] v, int place) {
        int low = 0;
        int high = v.length - 1;
        for (int round = 0; high - low > 16; round++) {
            if (round == 40) {
                break;
            }
            double pivot = median(v[low], v[(low + high) >>> 1], v[high]);
            int i = low;
            int j = high;
            while (i <= j) {
                while (v[i] < pivot) {
                    i++;
                }
                while (pivot < v[j]) {
                    j--;
                }
                if (i <= j) {
                    double swapped = v[i];
                    v[i++] = v[j];
                    v[j--] = swapped;
                }
            }
            if (place <= j) {
                high = j;
            } else if (place >= i) {
                low = i;
            } else {
                return v[place];
            }
        }
        Arrays.sort(v, low, high + 1);
        return v[place];
    }

    private static double median(double a, double b, double c) {
        return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    }
}
