package dev.qualm.training;

/** How the learning rate changes while training: a factor for every step. */
public sealed interface Schedule {
    /**
     * Factor of the learning rate.
     *
     * @param step number of the step from 0, over all epochs
     * @param stepsPerEpoch steps in one epoch, at least 1
     * @param epochs number of epochs
     * @return at least 0 and at most 1
     */
    double factor(long step, long stepsPerEpoch, int epochs);

    /** The same rate all along. */
    record Constant() implements Schedule {
        @Override
        public double factor(long step, long stepsPerEpoch, int epochs) {
            return 1;
        }
    }

    /**
     * Linear warm-up, then half a cosine down (Loshchilov and Hutter 2017, equation 5, one cycle, moved at every step).
     * Warm-up step {@code i} of {@code w} has the factor {@code (i + 1) / w}; step {@code i} of the {@code d} steps
     * after it has {@code finalFactor + (1 - finalFactor) * (1 + cos(pi * i / d)) / 2}.
     *
     * @param warmupEpochs length of the warm-up, may be a fraction of an epoch; at least 0
     * @param finalFactor what the factor tends to, in [0, 1]
     */
    record Cosine(double warmupEpochs, double finalFactor) implements Schedule {
        public Cosine {
            TrainingException.require(
                    warmupEpochs >= 0 && Double.isFinite(warmupEpochs),
                    "warm-up epochs",
                    "of at least 0",
                    warmupEpochs);
            TrainingException.require(finalFactor >= 0 && finalFactor <= 1, "a final factor", "in [0, 1]", finalFactor);
        }

        @Override
        public double factor(long step, long stepsPerEpoch, int epochs) {
            long total = stepsPerEpoch * epochs;
            long warmup = Math.min(total, Math.round(warmupEpochs * stepsPerEpoch));
            if (step < warmup) {
                return (step + 1.0) / warmup;
            }
            double done = (step - warmup) / (double) Math.max(1, total - warmup);
            return finalFactor + (1 - finalFactor) * (1 + Math.cos(Math.PI * done)) / 2;
        }
    }
}
