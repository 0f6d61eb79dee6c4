package dev.qualm.sustainability;

import dev.qualm.Provenance;
import dev.qualm.array.Array;
import dev.qualm.attack.Attack;
import dev.qualm.attack.Ball;
import dev.qualm.network.Network;

/**
 * An attack on the answer of a network as a perturbation: on the true class where labels are known, else on the class it predicts. A
 * search for the nearest point leaves items alone that are misclassified from the start. What is drawn belongs to the seed and the
 * item's values.
 *
 * @param name with the strength
 * @param network what is attacked; stays open as long as this is used
 * @param attack changes the inputs
 */
public record AttackPerturbation(String name, Network network, Attack attack) implements Perturbation {
    /** Named as it is typed: {@code fgsm:0.1}, and {@code pgd:0.5:l2} unless the norm is Linf. */
    public static AttackPerturbation of(Network network, Attack attack) {
        return new AttackPerturbation(name(attack), network, attack);
    }

    private static String name(Attack attack) {
        return attack.budget()
                .map(b -> attack.name() + ":" + b.epsilon()
                        + (b.ball() == Ball.LINF ? "" : ":" + b.ball().text()))
                .orElse(attack.name());
    }

    @Override
    public Array apply(Items items) {
        int[] labels = items.labels();
        return items.size() == 0
                ? items.inputs()
                : attack.attack(network, items.inputs(), labels == null ? predicted(items.inputs()) : labels)
                        .inputs();
    }

    @Override
    public Provenance provenance() {
        return attack.provenance();
    }

    @Override
    public long cost(int classes, int width) {
        return attack.cost(classes, width);
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
