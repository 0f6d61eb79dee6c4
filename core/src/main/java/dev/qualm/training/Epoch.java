package dev.qualm.training;

import java.util.Locale;

/**
 * What one pass over the training items gave. Loss and accuracy are those of the steps as they were taken, with batch
 * statistics and augmented items, so they run behind the network at the end of the epoch.
 *
 * @param number from 1
 * @param learningRate of the last step
 * @param loss mean cross-entropy in nats, with label smoothing if that is on
 * @param accuracy share of items whose largest logit was at their label
 * @param seconds wall-clock time
 */
public record Epoch(int number, double learningRate, double loss, double accuracy, double seconds) {
    /** For example {@code epoch 3: loss 0.4127, accuracy 85.3 %, learning rate 0.0021, 4.2 s}. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "epoch %d: loss %.4f, accuracy %.1f %%, learning rate %.2g, %.1f s",
                number,
                loss,
                100 * accuracy,
                learningRate,
                seconds);
    }
}
