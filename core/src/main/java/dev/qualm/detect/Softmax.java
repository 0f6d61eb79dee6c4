package dev.qualm.detect;

/** Softmax quantities of one logit vector, stable at every scale. */
public final class Softmax {
    private Softmax() {}

    /** Logarithm of the sum of exponentials. */
    public static double logSumExp(double[] z) {
        double max = max(z);
        if (Double.isInfinite(max)) {
            return max;
        }
        double sum = 0;
        for (double v : z) {
            sum += Math.exp(v - max);
        }
        return max + Math.log(sum);
    }

    /** The largest; NaN if one is NaN. */
    public static double max(double[] z) {
        double max = Double.NEGATIVE_INFINITY;
        for (double v : z) {
            if (Double.isNaN(v)) {
                return Double.NaN;
            }
            max = Math.max(max, v);
        }
        return max;
    }

    /** Softmax. */
    public static double[] probabilities(double[] z) {
        double lse = logSumExp(z);
        double[] p = new double[z.length];
        for (int i = 0; i < p.length; i++) {
            p[i] = Math.exp(z[i] - lse);
        }
        return p;
    }

    /** 1 - p_i summed from the other probabilities, so that it does not cancel when p_i is near one. */
    public static double[] complements(double[] p) {
        double[] out = new double[p.length];
        double sum = 0;
        for (double v : p) {
            sum += v;
        }
        for (int i = 0; i < p.length; i++) {
            if (p[i] < 0.5) {
                out[i] = sum - p[i];
            } else {
                double rest = 0;
                for (int j = 0; j < p.length; j++) {
                    rest += j == i ? 0 : p[j];
                }
                out[i] = rest;
            }
        }
        return out;
    }

    /** Place of the largest logit, the first of equals. */
    public static int argmax(double[] z) {
        int best = 0;
        for (int i = 1; i < z.length; i++) {
            if (z[i] > z[best]) {
                best = i;
            }
        }
        return best;
    }
}
