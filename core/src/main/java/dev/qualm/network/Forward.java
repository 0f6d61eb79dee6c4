package dev.qualm.network;

import dev.qualm.array.Array;
import java.util.Collection;
import java.util.Map;

/**
 * Something that computes tensors of a network from its inputs: the {@link Network} itself, or another engine that runs the same
 * graph. Any number of threads may use it.
 */
public interface Forward {
    /**
     * Computes tensors by name.
     *
     * @param feeds a value per input; axis 0 is the batch
     * @param wanted names of tensors that the graph computes
     */
    Map<String, Array> run(Map<String, Array> feeds, Collection<String> wanted);
}
