package dev.qualm.evaluate.adaptive;

import dev.qualm.array.Array;
import dev.qualm.detect.GradNormScore;
import dev.qualm.detect.LogitScore;
import dev.qualm.detect.Score;
import dev.qualm.detect.fitted.DetectorScore;
import dev.qualm.detect.fitted.Judge;
import dev.qualm.detect.fitted.Reads;
import dev.qualm.gradient.GradNorm;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A score that is a plain function of an item's logits and features.
 *
 * @param features whether it looks at these
 * @param function scores of rows
 */
record RowScore(boolean features, Function function) {
    private static final Set<Reads> ROWS =
            Set.copyOf(EnumSet.of(Reads.LOGITS, Reads.FEATURES, Reads.HEAD_WEIGHTS, Reads.LABELS));

    /** What it does. */
    @FunctionalInterface
    interface Function {
        /**
         * Scores.
         *
         * @param logits {@code [n][classes]}
         * @param features {@code [n][d]}; {@code [n][0]} if they are not read
         */
        double[] of(double[][] logits, double[][] features);
    }

    /** Null if the score reads something else, too. */
    static @Nullable RowScore of(Score score) {
        if (score instanceof DetectorScore fitted) {
            return fitted.judge() instanceof Judge.OfRow
                            && ROWS.containsAll(fitted.detector().about().reads())
                    ? new RowScore(
                            fitted.detector().about().readsHead(),
                            (z, h) -> fitted.scoreFeatures(Pass.matrix(z), Pass.matrix(h)))
                    : null;
        }
        if (score instanceof LogitScore plain) {
            return new RowScore(false, (z, h) -> {
                double[] out = new double[z.length];
                for (int i = 0; i < out.length; i++) {
                    out[i] = plain.function().applyAsDouble(z[i]);
                }
                return out;
            });
        }
        return score instanceof GradNormScore ? new RowScore(true, RowScore::gradNorm) : null;
    }

    private static double[] gradNorm(double[][] z, double[][] h) {
        Array logits = Pass.matrix(z);
        double[] out = GradNorm.of(logits, Pass.matrix(h), 1, 1);
        for (int i = 0; i < out.length; i++) {
            out[i] = -out[i];
        }
        return out;
    }
}
