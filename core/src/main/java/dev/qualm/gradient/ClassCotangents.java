package dev.qualm.gradient;

/**
 * The loss gradients of one input by its logits: for class c, the gradient of the cross-entropy toward c, up to a positive factor.
 */
/*
 * With p = softmax(z') the gradient toward c is sum over k != c of p_k (e_k - e_c). The textbook form of its own component,
 * p_c - 1, cancels to nothing for the predicted class of a confident network: in float32 from a logit gap of about 17 on, in
 * float64 from 37. So that component is summed from the others here, and all are divided by the largest p_j, j != c, before
 * exponentials are taken: w_k = exp(z'_k - max over j != c of z'_j). Cosines do not see the factor, and no gap underflows.
 *
 * All rows but that of the predicted class y share one factor, 1 / p_y. Since the sum over c of p_c g_c is zero, row y follows
 * from the others: g_y is proportional to minus the sum over c != y of w_c g_c with the weights of row y.
 *
 * Rescaled logits are z' = 10 z / |z_m|, m the index of the largest |z|. The gradient runs through the normaliser: a cotangent u
 * by z' becomes, by z and up to the factor 10 / |z_m|, v_k = u_k for k != m and v_m = - sum over k != m of u_k z_k / z_m.
 */
final class ClassCotangents {
    private final double[] logits;
    private final int predicted;
    private final int normaliser;
    private final double[] shared;
    private final double sharedSum;
    private final double[] own;
    private final double ownSum;

    /**
     * @param logits finite, at least 3
     * @param rescale whether gradients refer to the rescaled logits; then not all may be zero
     */
    ClassCotangents(double[] logits, boolean rescale) {
        this.logits = logits;
        int k = logits.length;
        predicted = Logits.largest(logits);
        normaliser = rescale ? largestMagnitude(logits) : -1;
        double unit = rescale ? Math.abs(logits[normaliser]) : 1;
        double factor = rescale ? 10 : 1;
        int second = -1;
        for (int c = 0; c < k; c++) {
            if (c != predicted && (second < 0 || logits[c] > logits[second])) {
                second = c;
            }
        }
        shared = new double[k];
        own = new double[k];
        double sumShared = 0;
        double sumOwn = 0;
        for (int c = 0; c < k; c++) {
            // Divided before multiplied: 10 / |z_m| alone may overflow, the quotient of two logits cannot.
            shared[c] = Math.exp((logits[c] - logits[predicted]) / unit * factor);
            own[c] = c == predicted ? 0 : Math.exp((logits[c] - logits[second]) / unit * factor);
            sumShared += shared[c];
            sumOwn += own[c];
        }
        sharedSum = sumShared;
        ownSum = sumOwn;
    }

    static int largestMagnitude(double[] z) {
        int best = 0;
        for (int k = 1; k < z.length; k++) {
            best = Math.abs(z[k]) > Math.abs(z[best]) ? k : best;
        }
        return best;
    }

    /** Writes the gradient toward class {@code c} by the logits. */
    void write(int c, double[] out) {
        double[] w = c == predicted ? own : shared;
        System.arraycopy(w, 0, out, 0, w.length);
        // For c != predicted the shared sum holds the 1 of the predicted class beside w_c <= 1: nothing cancels.
        out[c] = -(c == predicted ? ownSum : sharedSum - shared[c]);
        if (normaliser >= 0) {
            double sum = 0;
            for (int k = 0; k < out.length; k++) {
                sum += k == normaliser ? 0 : out[k] * (logits[k] / logits[normaliser]);
            }
            out[normaliser] = -sum;
        }
    }

    /**
     * The products of the gradients toward some classes with one vector.
     *
     * @param along {@code [k]}
     */
    /*
     * For each class the sum over k of w_k (b_k - b_c), where b_k = a_k - a_m z_k / z_m takes the normaliser's row into account.
     */
    double[] components(int[] classes, double[] along) {
        double[] b = along.clone();
        if (normaliser >= 0) {
            for (int k = 0; k < b.length; k++) {
                b[k] -= k == normaliser ? b[k] : along[normaliser] * (logits[k] / logits[normaliser]);
            }
        }
        double sumShared = 0;
        double sumOwn = 0;
        for (int k = 0; k < b.length; k++) {
            sumShared += shared[k] * b[k];
            sumOwn += own[k] * b[k];
        }
        double[] out = new double[classes.length];
        for (int i = 0; i < out.length; i++) {
            int c = classes[i];
            out[i] = c == predicted ? sumOwn - ownSum * b[c] : sumShared - sharedSum * b[c];
        }
        return out;
    }

    int predicted() {
        return predicted;
    }

    /** Minus the weight of row {@code c} in the row of the predicted class. */
    double weight(int c) {
        return own[c];
    }
}
