package dev.qualm.mutation;

import dev.qualm.network.Network;
import java.util.Map;

/**
 * A unit's effect on the layers after it blocked.
 *
 * <p>Ma et al. 2018 (DeepMutation, section IV) set its connections to the next layers to zero. Zeroing the pre-activation instead needs
 * no knowledge of what follows and has the same effect wherever the activation function maps 0 to 0, as Relu, tanh and their
 * relatives do; after a sigmoid the constant 0.5 remains, after a normalisation over several units these are rescaled.
 *
 * @param variant what becomes zero
 * @param selection filters or neurons
 */
public record NeuronEffectBlock(Variant variant, Selection selection) implements Mutation {
    /** What becomes zero. */
    public enum Variant {
        /** The pre-activation: scale and shift of a BatchNormalization that follows, else weights and bias. */
        EXACT,
        /** Weights and bias, as in DeepMutation++; a normalisation that follows still adds a constant. */
        BIAS
    }

    public NeuronEffectBlock {
        Parameters.requireNoScalars(name(variant), selection);
    }

    /** The pre-activation of 1% of the neurons. */
    public static NeuronEffectBlock exact() {
        return new NeuronEffectBlock(Variant.EXACT, Selection.of(0.01, Unit.NEURON));
    }

    /** Weights and bias of 1% of the neurons. */
    public static NeuronEffectBlock bias() {
        return new NeuronEffectBlock(Variant.BIAS, Selection.of(0.01, Unit.NEURON));
    }

    private static String name(Variant variant) {
        return variant == Variant.EXACT ? "neuron-effect-block" : "neuron-effect-block-bias";
    }

    @Override
    public String name() {
        return name(variant);
    }

    @Override
    public String summary() {
        return variant == Variant.EXACT
                ? "pre-activation of a unit zero, through BatchNormalization"
                : "weights and bias of a unit zero";
    }

    @Override
    public String source() {
        return variant == Variant.EXACT
                ? "Ma et al. 2018 (DeepMutation, arXiv 1805.05206)"
                : "Hu et al. 2019 (DeepMutation++)";
    }

    @Override
    public NeuronEffectBlock with(Selection newSelection) {
        return new NeuronEffectBlock(variant, newSelection);
    }

    @Override
    public Map<String, Object> parameters() {
        return Parameters.of(selection);
    }

    @Override
    public Mutator on(Network network) {
        MutableUnits units =
                MutableUnits.of(network, selection.unit(), selection.layers()).without(name(), UnitLayer::obstacle);
        return Mutator.perUnit(this, network, units, (random, edits, layer, unit) -> {
            if (variant == Variant.EXACT && !layer.norms().isEmpty()) {
                for (UnitLayer.Norm norm : layer.norms()) {
                    edits.set(norm.scale(), unit, 0);
                    edits.set(norm.shift(), unit, 0);
                }
                return;
            }
            for (int e = 0; e < layer.entries(); e++) {
                edits.set(layer.weight(), layer.position(unit, e), 0);
            }
            layer.biases().forEach(bias -> edits.set(bias, unit, 0));
        });
    }
}
