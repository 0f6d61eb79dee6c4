package dev.qualm.attribution;

import dev.qualm.network.Network;
import java.util.Set;

/** A method whose maps are nodes behind the network's own: one run computes them, and they can be differentiated. */
interface GraphAttribution extends Attribution {
    /** Writes the method behind a network and returns the name of the map, of the leaf's shape. */
    String write(ReverseContext context);

    /** Cost per input in forward passes. */
    double passes();

    /** Tensors that must not vanish by folding. */
    default Set<String> taps(Network network) {
        return Set.of();
    }

    /** Why the derivative of maps is zero wherever it exists, on a network with such activations; empty if it is not. */
    default String flat(Network network) {
        return "";
    }

    @Override
    default Explainer on(Network network, Target target) {
        return new GraphExplainer(this, network, target);
    }
}
