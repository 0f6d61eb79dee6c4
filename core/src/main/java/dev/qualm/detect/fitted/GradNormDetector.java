package dev.qualm.detect.fitted;

import dev.qualm.array.Array;
import dev.qualm.gradient.GradNorm;

/**
 * GradNorm (Huang, Geng, Li 2021): {@code -|h|_1 sum_j |p_j - 1/K|}, the 1-norm of the head weight's gradient of KL(uniform, softmax).
 * Published as trust (its negative).
 */
record GradNormDetector() implements Detector {
    static final About ABOUT = About.of(
            "gradnorm",
            "Would a uniform target move the last layer little?",
            "Huang, Geng, Li 2021",
            Published.TRUST,
            Reads.LOGITS,
            Reads.FEATURES);

    @Override
    public About about() {
        return ABOUT;
    }

    @Override
    public Settings settings() {
        return Settings.none();
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        return (Judge.OfRow) (batch, i) -> -GradNorm.of(row(batch.logits(i)), row(batch.features(i)), 1, 1)[0];
    }

    private static Array row(double[] values) {
        return Array.of(values, 1, values.length);
    }
}
