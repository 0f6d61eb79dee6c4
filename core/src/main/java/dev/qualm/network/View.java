package dev.qualm.network;

import dev.qualm.network.graph.Graph;

/**
 * An intervention on a network: mutant weights, another activation, folded normalisation. It makes a new graph and leaves the
 * old one untouched; {@link Network#with} turns that into a network that shares all unchanged tensors.
 */
@FunctionalInterface
public interface View {
    /** The changed graph; unchanged initializers must be the same {@code Array} objects so that they are shared. */
    Graph apply(Graph graph);

    /** This view, then another. */
    default View then(View next) {
        return graph -> next.apply(apply(graph));
    }
}
