package dev.qualm.evaluate.adaptive;

import dev.qualm.array.Array;
import dev.qualm.evaluate.AdaptiveResult;
import dev.qualm.metric.Auroc;
import dev.qualm.metric.Proportion;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What one attack came to. All numbers are of its final points, asked anew and measured apart from the attack; a point
 * outside the ball or the box counts as nothing.
 *
 * @param name of the attack
 * @param note how it worked here; why it does not apply, if there are no items
 * @param misclassified whether an item's point gets another class, {@code [n]}
 * @param evasions whether it also raises no alarm, {@code [n]}
 * @param scores of the points, {@code [n]}; NaN where there is none
 * @param clean scores of the correctly classified items before the attack, alarms among them
 * @param passes what an item cost on average, in forward passes
 * @param zeroGradients share of the gradients of the score that were zero or not finite; NaN if none was asked for
 * @param outside points that were outside the ball or the box
 * @param points the inputs found, {@code [n, ...]}; the items themselves where nothing was
 */
public record LadderRung(
        String name,
        String note,
        boolean[] misclassified,
        boolean[] evasions,
        double[] scores,
        double[] clean,
        double passes,
        double zeroGradients,
        int outside,
        @Nullable Array points)
        implements AdaptiveResult.Rung {
    /** A rung that does not apply. */
    static LadderRung absent(String name, String reason) {
        boolean[] none = {};
        return new LadderRung(name, reason, none, none, new double[0], new double[0], 0, Double.NaN, 0, null);
    }

    /** Whether the attack could be made. */
    public boolean applies() {
        return points != null;
    }

    /** Items attacked; 0 if it does not apply. */
    @Override
    public int items() {
        return evasions.length;
    }

    /** Share of items that evade; NaN without items. */
    @Override
    public double evaded() {
        Proportion share = evadedShare();
        return share == null ? Double.NaN : share.value();
    }

    /** The same with its intervals; null without items. */
    @Override
    public @Nullable Proportion evadedShare() {
        return items() == 0 ? null : Proportion.of(evasions);
    }

    /** Share of items that are misclassified, with its intervals; null without items. */
    @Override
    public @Nullable Proportion misclassifiedShare() {
        return items() == 0 ? null : Proportion.of(misclassified);
    }

    /** Median score of the misclassified points that have one; NaN without any. */
    public double medianScore() {
        double[] s = Arrays.stream(adversarialScores()).sorted().toArray();
        return s.length == 0 ? Double.NaN : (s[(s.length - 1) / 2] + s[s.length / 2]) / 2;
    }

    /**
     * How well the score tells the misclassified points from clean items; null without any. Failed attacks are neither.
     */
    public @Nullable Auroc auroc() {
        double[] negatives = defined(clean);
        double[] positives = adversarialScores();
        return negatives.length == 0 || positives.length == 0 ? null : Auroc.of(negatives, positives);
    }

    private double[] adversarialScores() {
        return java.util.stream.IntStream.range(0, scores.length)
                .filter(i -> misclassified[i])
                .mapToDouble(i -> scores[i])
                .filter(s -> !Double.isNaN(s))
                .toArray();
    }

    private static double[] defined(double[] values) {
        return Arrays.stream(values).filter(v -> !Double.isNaN(v)).toArray();
    }
}
