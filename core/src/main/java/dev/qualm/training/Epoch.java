package dev.qualm.training;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one pass over the training items gave. Loss and accuracy are those of the steps as they were taken, with batch
 * statistics and augmented items, so they run behind the network at the end of the epoch.
 *
 * @param number from 1
 * @param learningRate of the last step
 * @param loss mean of what was minimised; the cross-entropy in nats, with label smoothing if that is on, and whatever the
 *     {@link Objective} adds
 * @param accuracy share of items whose largest logit was at their label, attacked ones if the method attacks
 * @param seconds wall-clock time
 * @param terms means of what the loss consists of, before their weights: {@code cross-entropy, divergence, curvature}, and the
 *     relative error at each regularised tensor
 * @param heldOut what items kept aside gave at the end of the epoch; null if none are
 */
public record Epoch(
        int number,
        double learningRate,
        double loss,
        double accuracy,
        double seconds,
        Map<String, Double> terms,
        @Nullable HeldOut heldOut) {
    /**
     * What the network made of items that it does not learn from.
     *
     * @param loss mean cross-entropy in nats, of items attacked as in training
     * @param accuracy share of them answered right
     * @param cleanAccuracy share answered right as they are
     */
    public record HeldOut(double loss, double accuracy, double cleanAccuracy) {
        /** Whether this is better: by accuracy, where equal by loss. */
        boolean betterThan(@Nullable HeldOut other) {
            return other == null || accuracy > other.accuracy || (accuracy == other.accuracy && loss < other.loss);
        }
    }

    public Epoch {
        terms = Collections.unmodifiableMap(new LinkedHashMap<>(terms));
    }

    /** For example {@code epoch 3: loss 0.4127, accuracy 85.3 %, learning rate 0.0021, 4.2 s}. */
    @Override
    public String toString() {
        String aside =
                heldOut == null ? "" : String.format(Locale.ROOT, ", kept aside %.1f %%", 100 * heldOut.accuracy());
        return String.format(
                Locale.ROOT,
                "epoch %d: loss %.4f, accuracy %.1f %%%s, learning rate %.2g, %.1f s",
                number,
                loss,
                100 * accuracy,
                aside,
                learningRate,
                seconds);
    }
}
