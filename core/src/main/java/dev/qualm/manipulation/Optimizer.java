package dev.qualm.manipulation;

/**
 * How the gradient of the loss becomes a step of the image. Updates are written for an image {@code x}, its gradient {@code
 * g} and the rate {@code r} of the step, which is the learning rate times the factor of the {@link Schedule}.
 */
public sealed interface Optimizer {
    /** Rate before the schedule, in units of the network's input; positive. */
    double learningRate();

    /** A fresh memory for one image. */
    State start(int size);

    /** What an optimiser remembers of one image. */
    interface State {
        /**
         * Moves the image in place.
         *
         * @param rate learning rate of this step
         */
        void step(double[] image, double[] gradient, double rate);
    }

    /**
     * Adam (Kingma and Ba 2015, algorithm 1): {@code x = x - r * m / (sqrt(v) + epsilon)} with the bias-corrected running
     * means m of g and v of g^2.
     *
     * @param beta1 share of the old mean of gradients, in [0, 1)
     * @param beta2 share of the old mean of squared gradients, in [0, 1)
     * @param epsilon keeps the division finite; positive
     */
    record Adam(double learningRate, double beta1, double beta2, double epsilon) implements Optimizer {
        public Adam {
            requireRate(learningRate);
            ManipulationException.require(beta1 >= 0 && beta1 < 1, "beta1", "in [0, 1)", beta1);
            ManipulationException.require(beta2 >= 0 && beta2 < 1, "beta2", "in [0, 1)", beta2);
            ManipulationException.require(epsilon > 0 && epsilon < 1, "epsilon", "in (0, 1)", epsilon);
        }

        @Override
        public State start(int size) {
            return new AdamState(this, size);
        }
    }

    /**
     * Projected gradient descent (Madry et al. 2018, section 2.1): a step of one length whatever the gradient's, downhill.
     * With {@link Norm#LINF} {@code x = x - r * sign(g)}, with {@link Norm#L2} {@code x = x - r * g / |g|}. The projection
     * is the {@link Constraint}'s.
     *
     * @param norm in which every step has length {@code r}
     */
    record Pgd(double learningRate, Norm norm) implements Optimizer {
        public Pgd {
            requireRate(learningRate);
        }

        @Override
        public State start(int size) {
            return this::step;
        }

        private void step(double[] image, double[] gradient, double rate) {
            double length = norm == Norm.L2 ? Vectors.norm(gradient) : 1;
            for (int i = 0; i < image.length && length > 0; i++) {
                image[i] -= rate * (norm == Norm.L2 ? gradient[i] / length : Math.signum(gradient[i]));
            }
        }
    }

    /** Norms of a perturbation. */
    enum Norm {
        /** Largest absolute value. */
        LINF,
        /** Euclidean. */
        L2
    }

    /** Adam with the published constants 0.9, 0.999, 1e-8. */
    static Optimizer adam(double learningRate) {
        return new Adam(learningRate, 0.9, 0.999, 1e-8);
    }

    static Optimizer pgd(double learningRate, Norm norm) {
        return new Pgd(learningRate, norm);
    }

    private static void requireRate(double learningRate) {
        ManipulationException.require(
                learningRate > 0 && Double.isFinite(learningRate), "a learning rate", "above 0", learningRate);
    }
}
