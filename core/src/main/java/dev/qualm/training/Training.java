package dev.qualm.training;

import dev.qualm.Provenance;
import dev.qualm.network.graph.Graph;
import java.util.List;

/**
 * A trained network and how it came about.
 *
 * @param graph the graph that was given, with learnt weights and running statistics in place of the first ones
 * @param history one entry for each epoch that was run
 * @param epoch the one whose weights these are: the last, or with early stopping the best
 */
public record Training(Graph graph, List<Epoch> history, int epoch, Provenance provenance) {
    public Training {
        history = List.copyOf(history);
    }

    /** The last epoch. */
    public Epoch last() {
        return history.get(history.size() - 1);
    }
}
