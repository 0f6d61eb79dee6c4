package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.attack.Attacks;
import dev.qualm.attack.Box;
import dev.qualm.attack.Noises;
import dev.qualm.network.Network;
import dev.qualm.sustainability.AttackPerturbation;
import dev.qualm.sustainability.NoisePerturbation;
import dev.qualm.sustainability.Perturbation;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * A perturbation as it is typed: any attack, {@code pgd:8/255:l2}, or any noise, {@code gaussian:0.1}. The text is its name in
 * results.
 */
record LayerPerturbations(String text) {
    /** All names, for help. */
    static final class Kinds implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            List<String> all = new ArrayList<>(Attacks.names());
            all.addAll(Noises.names());
            return all.iterator();
        }
    }

    /**
     * Reads a list.
     *
     * @throws QualmException if one is unknown or its strength does not fit
     */
    static List<LayerPerturbations> parse(List<String> texts) {
        List<LayerPerturbations> out = new ArrayList<>();
        for (String text : texts) {
            LayerPerturbations one = new LayerPerturbations(text.strip());
            one.requireKnown();
            out.add(one);
        }
        return out;
    }

    private void requireKnown() {
        try {
            if (isAttack()) {
                Attacks.parse(text, Box.of(0, 1), 0);
                return;
            }
            if (Noises.names().contains(kind())) {
                Noises.parse(text, Box.of(0, 1), 0);
                return;
            }
        } catch (QualmException e) {
            throw new QualmException(text + ": " + e.getMessage(), e);
        }
        throw new QualmException(
                "Expected perturbations such as fgsm:0.1, pgd:0.5:l2 or gaussian:8/255, each an attack of "
                        + Attacks.names() + " or a noise of " + Noises.names() + ", but found '" + text + "'");
    }

    private String kind() {
        return text.split(":", 2)[0];
    }

    private boolean isAttack() {
        return Attacks.names().contains(kind());
    }

    Perturbation on(Network network, Box box, long seed) {
        return isAttack()
                ? new AttackPerturbation(text, network, Attacks.parse(text, box, seed))
                : new NoisePerturbation(text, Noises.parse(text, box, seed));
    }

    /**
     * What an analysis costs, in words.
     *
     * @param classes how many the network has
     * @param width entries of one item
     */
    static String plan(List<Perturbation> perturbations, int classes, int width) {
        StringBuilder each = new StringBuilder();
        long all = 1;
        for (Perturbation p : perturbations) {
            long cost = p.cost(classes, width) + 1;
            all += cost;
            each.append(", ").append(p.name()).append(' ').append(cost);
        }
        return "forward passes of an item: 1" + each + "; at most " + all + " in all (a gradient counts as one)";
    }
}
