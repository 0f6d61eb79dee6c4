package dev.qualm.training;

import dev.qualm.array.Array;

/** What logits answer. */
final class Answers {
    private Answers() {}

    /** How many of {@code [n, classes]} have the largest logit at their label, or of one logit are on its side of 0. */
    static int correct(Array logits, int[] labels) {
        int classes = logits.dim(1);
        int correct = 0;
        for (int i = 0; i < labels.length; i++) {
            int best = classes == 1 && logits.get(i) > 0 ? 1 : 0;
            for (int k = 1; k < classes; k++) {
                best = logits.get(i * classes + k) > logits.get(i * classes + best) ? k : best;
            }
            correct += best == labels[i] ? 1 : 0;
        }
        return correct;
    }

    /** Cross-entropies of {@code [n, classes]}, added up; of one logit the binary ones. */
    static double loss(Array logits, int[] labels) {
        int classes = logits.dim(1);
        double sum = 0;
        for (int i = 0; i < labels.length; i++) {
            if (classes == 1) {
                double z = logits.get(i) * (labels[i] == 1 ? -1 : 1);
                sum += Math.max(0, z) + Math.log1p(Math.exp(-Math.abs(z)));
                continue;
            }
            double top = Double.NEGATIVE_INFINITY;
            for (int k = 0; k < classes; k++) {
                top = Math.max(top, logits.get(i * classes + k));
            }
            double total = 0;
            for (int k = 0; k < classes; k++) {
                total += Math.exp(logits.get(i * classes + k) - top);
            }
            sum += Math.log(total) + top - logits.get(i * classes + labels[i]);
        }
        return sum;
    }
}
