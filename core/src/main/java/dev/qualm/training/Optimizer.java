package dev.qualm.training;

/**
 * How a gradient becomes a step. Updates are written for a weight {@code w}, its gradient {@code g} and the learning
 * rate {@code r} of the step, which is {@link #learningRate} times the factor of the {@link Schedule}.
 *
 * <p>Weight decay applies to the weights of convolutions, linear, recurrent and embedding layers, never to biases, to the
 * scales and shifts of normalisations or to the slopes of activations, which are few and set the level of a layer.
 */
public sealed interface Optimizer {
    /** Learning rate before the schedule; positive. */
    double learningRate();

    /** Strength of the pull towards zero; see the optimiser for its meaning. */
    double weightDecay();

    /**
     * Stochastic gradient descent with momentum (Sutskever et al. 2013, section 2): {@code g' = g + weightDecay * w},
     * {@code v = momentum * v + g'} (at the first step {@code v = g'}), {@code w = w - r * v}; with Nesterov's momentum
     * {@code w = w - r * (g' + momentum * v)}.
     *
     * @param momentum share of the last step that is kept, in [0, 1)
     * @param nesterov whether to look ahead; needs momentum
     * @param weightDecay factor of the penalty {@code weightDecay / 2 * |w|^2} that is added to the loss, at least 0
     */
    record Sgd(double learningRate, double momentum, boolean nesterov, double weightDecay) implements Optimizer {
        public Sgd {
            requireRate(learningRate, weightDecay);
            TrainingException.require(momentum >= 0 && momentum < 1, "a momentum", "in [0, 1)", momentum);
            TrainingException.require(
                    !nesterov || momentum > 0, "a momentum", "above 0 with Nesterov's momentum", momentum);
        }
    }

    /**
     * Adam with decoupled weight decay (Kingma and Ba 2015, algorithm 1; Loshchilov and Hutter 2019, algorithm 2,
     * "AdamW"): {@code w = w - r * decoupledWeightDecay * w}, then {@code w = w - r * m / (sqrt(v) + epsilon)}, where
     * {@code m} and {@code v} are the bias-corrected running means of {@code g} and {@code g^2}. Without decay it is
     * Adam.
     *
     * @param beta1 share of the old mean of gradients, in [0, 1)
     * @param beta2 share of the old mean of squared gradients, in [0, 1)
     * @param epsilon keeps the division finite; positive
     * @param decoupledWeightDecay share of the weight that a step of learning rate 1 would remove; at least 0. It does
     *     not enter {@code g}, so it is not divided by {@code sqrt(v)}
     */
    record Adam(double learningRate, double beta1, double beta2, double epsilon, double decoupledWeightDecay)
            implements Optimizer {
        public Adam {
            requireRate(learningRate, decoupledWeightDecay);
            TrainingException.require(beta1 >= 0 && beta1 < 1, "beta1", "in [0, 1)", beta1);
            TrainingException.require(beta2 >= 0 && beta2 < 1, "beta2", "in [0, 1)", beta2);
            TrainingException.require(epsilon > 0 && epsilon < 1, "epsilon", "in (0, 1)", epsilon);
        }

        @Override
        public double weightDecay() {
            return decoupledWeightDecay;
        }
    }

    /** Nesterov momentum 0.9. */
    static Optimizer sgd(double learningRate, double weightDecay) {
        return new Sgd(learningRate, 0.9, true, weightDecay);
    }

    /** Adam's constants as published: 0.9, 0.999, 1e-8. */
    static Optimizer adam(double learningRate, double decoupledWeightDecay) {
        return new Adam(learningRate, 0.9, 0.999, 1e-8, decoupledWeightDecay);
    }

    private static void requireRate(double learningRate, double weightDecay) {
        TrainingException.require(
                learningRate > 0 && Double.isFinite(learningRate), "a learning rate", "above 0", learningRate);
        TrainingException.require(
                weightDecay >= 0 && Double.isFinite(weightDecay), "a weight decay", "of at least 0", weightDecay);
    }
}
