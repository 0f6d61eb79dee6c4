package dev.qualm.sustainability;

import dev.qualm.Provenance;
import dev.qualm.array.Array;
import dev.qualm.attack.Ball;
import dev.qualm.attack.Box;
import dev.qualm.attack.Fgsm;
import dev.qualm.attack.Pgd;
import dev.qualm.network.Network;

/**
 * An attack on the answer of a network: on the true class where labels are known, else on the class it predicts.
 *
 * @param name with the strength
 * @param network what is attacked; stays open as long as this is used
 * @param attack raises the loss
 * @param provenance of the attack
 */
public record AttackPerturbation(String name, Network network, Attack attack, Provenance provenance)
        implements Perturbation {
    /** Makes a batch of inputs worse. */
    @FunctionalInterface
    public interface Attack {
        /**
         * The attacked inputs, of the batch's shape.
         *
         * @param batch {@code [n, ...]}
         * @param labels classes whose loss is raised, {@code [n]}
         */
        Array attack(Network network, Array batch, int[] labels);
    }

    /** One step of the fast gradient sign method, in the unit of the box. */
    public static AttackPerturbation fgsm(Network network, double epsilon, Box box) {
        Fgsm attack = new Fgsm(Ball.LINF, epsilon, box);
        return new AttackPerturbation(
                "fgsm:" + NoisePerturbation.number(epsilon),
                network,
                attack::perturb,
                Provenance.of("FGSM").with("epsilon", epsilon));
    }

    /** Projected gradient descent: 10 sign steps of a quarter of epsilon in the Linf ball, from the input itself. */
    public static AttackPerturbation pgd(Network network, double epsilon, Box box) {
        int steps = 10;
        double step = epsilon / 4;
        Pgd attack = Pgd.linf(epsilon, step, steps, box);
        return new AttackPerturbation(
                "pgd:" + NoisePerturbation.number(epsilon),
                network,
                (net, batch, labels) -> attack.attack(net, batch, labels).inputs(),
                Provenance.of("PGD")
                        .with("norm", "Linf")
                        .with("epsilon", epsilon)
                        .with("step", step)
                        .with("steps", steps)
                        .with("start", "input")
                        .with("keep", attack.keep()));
    }

    @Override
    public Array apply(Items items) {
        int[] labels = items.labels();
        return items.size() == 0
                ? items.inputs()
                : attack.attack(network, items.inputs(), labels == null ? predicted(items.inputs()) : labels);
    }

    private int[] predicted(Array batch) {
        Array logits = network.logits(batch);
        int n = logits.dim(0);
        int classes = logits.dim(1);
        int[] out = new int[n];
        for (int i = 0; i < n; i++) {
            for (int k = 1; k < classes; k++) {
                out[i] = logits.get(i * classes + k) > logits.get(i * classes + out[i]) ? k : out[i];
            }
        }
        return out;
    }
}
