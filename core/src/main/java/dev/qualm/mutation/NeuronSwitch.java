package dev.qualm.mutation;

import dev.qualm.network.Head;
import dev.qualm.network.Network;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Units of a layer in each other's place: in every layer some units exchange their weights, none keeps its own.
 *
 * <p>In a layer of n units {@code floor(n * rate)} take part, and 2 where that is not above 2. Layers with fewer units than
 * {@code smallest} are left out, and so is the last layer unless it is named: switching classes makes a network that is wrong on all
 * their items, and no pool accepts it. With {@link Selection#exactly()} it is nMutant's rule, where a product of at most 2 is rounded up and
 * the order is drawn from all orders, the old one included; in layers of up to {@code 1 / rate} units that changes nothing.
 *
 * <p>Sources: Ma et al. 2018 (DeepMutation, section IV); Wang et al. 2019 (nMutant, arXiv 1812.05793).
 *
 * @param whole whether bias and BatchNormalization move along; else they stay, as in nMutant
 * @param smallest layer that takes part, at least 2; nMutant's is 10
 * @param selection filters or neurons; the rate counts within each layer
 */
public record NeuronSwitch(boolean whole, int smallest, Selection selection) implements Mutation {
    public NeuronSwitch {
        Parameters.requireNoScalars("neuron-switch", selection);
        if (smallest < 2) {
            throw new MutationException(
                    "Expected layers of at least 2 units, or nothing can be switched, but found " + smallest);
        }
    }

    /** 5% of the neurons of every layer of at least 10, nMutant's rate on MNIST; biases stay. */
    public static NeuronSwitch weights() {
        return new NeuronSwitch(false, 10, Selection.of(0.05, Unit.NEURON));
    }

    /** As {@link #weights()}, but bias and BatchNormalization move along: the unit's output as a whole takes another place. */
    public static NeuronSwitch wholeUnits() {
        return new NeuronSwitch(true, 10, Selection.of(0.05, Unit.NEURON));
    }

    public NeuronSwitch withSmallest(int units) {
        return new NeuronSwitch(whole, units, selection);
    }

    @Override
    public String name() {
        return whole ? "neuron-switch-whole" : "neuron-switch";
    }

    @Override
    public String summary() {
        return whole
                ? "units of each layer exchange weights, bias and normalisation"
                : "units of each layer exchange their weights; biases stay";
    }

    @Override
    public String source() {
        return whole
                ? "Ma et al. 2018 (DeepMutation, arXiv 1805.05206), as defined"
                : "Wang et al. 2019 (arXiv 1812.05793), without its switches of one unit with itself";
    }

    @Override
    public NeuronSwitch with(Selection newSelection) {
        return new NeuronSwitch(whole, smallest, newSelection);
    }

    @Override
    public Map<String, Object> parameters() {
        Map<String, Object> all = Parameters.of(selection);
        all.put("smallest layer", smallest);
        return all;
    }

    @Override
    public Mutator on(Network network) {
        Head head = network.structure().head();
        MutableUnits units =
                MutableUnits.of(network, selection.unit(), selection.layers()).without(name(), l -> reason(l, head));
        int chosen = units.layers().stream().mapToInt(l -> count(l.units())).sum();
        return new Mutator(this, network, units, chosen, (random, edits) -> {
            for (UnitLayer layer : units.layers()) {
                switchUnits(random, edits, layer);
            }
        });
    }

    /** Why a layer is left out, or null. */
    private @Nullable String reason(UnitLayer layer, @Nullable Head head) {
        if (layer.units() < smallest) {
            return layer.units() + " units, fewer than " + smallest;
        }
        if (head != null
                && head.weight().equals(layer.weight())
                && selection.atLeastOne()
                && selection.layers().isEmpty()) {
            return "its units are the classes, which would only change names";
        }
        return whole ? layer.obstacle() : null;
    }

    private int count(int units) {
        double share = units * selection.rate();
        return share > 2 ? (int) Math.floor(share) : selection.atLeastOne() ? 2 : (int) Math.ceil(share);
    }

    private void switchUnits(Random random, Edits edits, UnitLayer layer) {
        int[] units = Draws.subset(random, layer.units(), count(layer.units()));
        int[] order = selection.atLeastOne()
                ? Draws.derangement(random, units.length)
                : Draws.permutation(random, units.length);
        for (int i = 0; i < units.length; i++) {
            int to = units[i];
            int from = units[order[i]];
            for (int e = 0; e < layer.entries(); e++) {
                move(edits, layer.weight(), layer.position(from, e), layer.position(to, e));
            }
            if (whole) {
                layer.biases().forEach(bias -> move(edits, bias, from, to));
                for (UnitLayer.Norm n : layer.norms()) {
                    move(edits, n.scale(), from, to);
                    move(edits, n.shift(), from, to);
                    move(edits, n.mean(), from, to);
                    move(edits, n.variance(), from, to);
                }
            }
        }
    }

    private static void move(Edits edits, String weight, int from, int to) {
        edits.set(weight, to, edits.get(weight, from));
    }
}
