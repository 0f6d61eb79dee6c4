package dev.qualm.detect.fitted;

import dev.qualm.detect.Evidence;

/** How a fitted detector scores. Stateless and thread-safe. */
public sealed interface Judge {
    /** From what was read of an item. */
    @FunctionalInterface
    non-sealed interface OfRow extends Judge {
        /**
         * Distrust of one row; what is not finite counts as undefined.
         *
         * @param batch whose other rows are not looked at
         */
        double score(Readings batch, int row);
    }

    /** From the network's answers to changed inputs. */
    @FunctionalInterface
    non-sealed interface OfInput extends Judge {
        /** Distrust per item. */
        double[] score(Evidence evidence);
    }

    /** A judge of logits alone. */
    static OfRow ofLogits(java.util.function.ToDoubleFunction<double[]> function) {
        return (batch, row) -> function.applyAsDouble(batch.logits(row));
    }
}
