package dev.qualm.attack;

import dev.qualm.array.Array;
import dev.qualm.network.Network;

/**
 * Fast gradient sign method (Goodfellow, Shlens, Szegedy 2015, section 4): one step of size epsilon along the sign of the
 * gradient of the cross-entropy, clipped to the box of valid inputs. Costs 2 passes.
 *
 * @param epsilon step in the unit of the box, positive
 * @param box the valid inputs
 */
public record Fgsm(double epsilon, Box box) {
    public Fgsm {
        if (!(epsilon > 0)) {
            throw new IllegalArgumentException("epsilon must be positive, but found " + epsilon);
        }
    }

    /** An attack on inputs that live in {@code [low, high]} in every channel. */
    public static Fgsm of(double epsilon, double low, double high) {
        return new Fgsm(epsilon, Box.of(low, high));
    }

    /**
     * Attacks a batch.
     *
     * @param batch inputs, {@code [n, ...]}
     * @param labels the class whose cross-entropy is raised, {@code [n]}
     * @return inputs of the same shape in the network's precision, each entry within epsilon of the original and within the
     *     box
     */
    public Array attack(Network network, Array batch, int[] labels) {
        LossSweep.requireLabels(batch, labels);
        double[] out = new double[batch.size()];
        Box bounds = box.spread(batch);
        AttackBatches.each(network, batch, (part, from) -> {
            double[] x = part.toDoubles();
            int rows = part.dim(0);
            int width = x.length / rows;
            try (LossSweep sweep = LossSweep.of(network, x, part.shape())) {
                double[] cotangent = sweep.cotangent();
                for (int i = 0; i < rows; i++) {
                    sweep.addLoss(cotangent, i, labels[from + i], 1);
                }
                double[] gradient = sweep.gradient(cotangent);
                for (int j = 0; j < x.length; j++) {
                    int entry = j % width;
                    double moved = x[j] + epsilon * bounds.unit()[entry] * Math.signum(gradient[j]);
                    out[from * width + j] = bounds.clip(entry, moved);
                }
            }
        });
        return LossSweep.array(network, out, batch.shape());
    }
}
