package dev.qualm.mutation;

import dev.qualm.network.Network;
import java.util.Map;

/**
 * The sign of a unit's pre-activation turned.
 *
 * <p>Source: Ma et al. 2018 (DeepMutation, section IV), by changing the sign of a neuron's output before its activation function.
 *
 * @param variant how far the published codes go
 * @param selection filters or neurons
 */
public record NeuronActivationInverse(Variant variant, Selection selection) implements Mutation {
    /** What changes its sign. */
    public enum Variant {
        /** The weights alone, as Wu et al. 2019; a bias or a following normalisation stays, so the inverse is not exact. */
        WEIGHTS,
        /** Weights and bias; exact unless a normalisation follows, which then adds its mean and shift with the old sign. */
        BIAS,
        /**
         * The pre-activation as a whole: scale and shift of a BatchNormalization that follows, else weights and bias. Layers where these
         * cannot be turned for one unit alone are left out.
         */
        EXACT
    }

    public NeuronActivationInverse {
        Parameters.requireNoScalars(name(variant), selection);
    }

    /** As Wu et al. on CIFAR-10: the weights of 1% of the filters. */
    public static NeuronActivationInverse weights() {
        return new NeuronActivationInverse(Variant.WEIGHTS, Selection.of(0.01, Unit.FILTER));
    }

    /** Weights and bias of 5% of the neurons, nMutant's rate on MNIST; it takes 0.5% for large networks. */
    public static NeuronActivationInverse bias() {
        return new NeuronActivationInverse(Variant.BIAS, Selection.of(0.05, Unit.NEURON));
    }

    /** The pre-activation of 5% of the neurons. */
    public static NeuronActivationInverse exact() {
        return new NeuronActivationInverse(Variant.EXACT, Selection.of(0.05, Unit.NEURON));
    }

    private static String name(Variant variant) {
        return switch (variant) {
            case WEIGHTS -> "neuron-activation-inverse";
            case BIAS -> "neuron-activation-inverse-bias";
            case EXACT -> "neuron-activation-inverse-exact";
        };
    }

    @Override
    public String name() {
        return name(variant);
    }

    @Override
    public String summary() {
        return switch (variant) {
            case WEIGHTS -> "weights of a unit times -1";
            case BIAS -> "weights and bias of a unit times -1";
            case EXACT -> "pre-activation of a unit times -1, through BatchNormalization";
        };
    }

    @Override
    public String source() {
        return switch (variant) {
            case WEIGHTS -> "Wu, Michel, Briot 2019 (arXiv 1910.00387)";
            case BIAS -> "Wang et al. 2019 (arXiv 1812.05793)";
            case EXACT -> "Ma et al. 2018 (DeepMutation, arXiv 1805.05206), as defined";
        };
    }

    @Override
    public NeuronActivationInverse with(Selection newSelection) {
        return new NeuronActivationInverse(variant, newSelection);
    }

    @Override
    public Map<String, Object> parameters() {
        return Parameters.of(selection);
    }

    @Override
    public Mutator on(Network network) {
        MutableUnits found = MutableUnits.of(network, selection.unit(), selection.layers());
        MutableUnits units = variant == Variant.WEIGHTS ? found : found.without(name(), UnitLayer::obstacle);
        return Mutator.perUnit(this, network, units, (random, edits, layer, unit) -> {
            if (variant == Variant.EXACT && !layer.norms().isEmpty()) {
                for (UnitLayer.Norm norm : layer.norms()) {
                    edits.negate(norm.scale(), unit);
                    edits.negate(norm.shift(), unit);
                }
                return;
            }
            for (int e = 0; e < layer.entries(); e++) {
                edits.negate(layer.weight(), layer.position(unit, e));
            }
            if (variant != Variant.WEIGHTS) {
                layer.biases().forEach(bias -> edits.negate(bias, unit));
            }
        });
    }
}
