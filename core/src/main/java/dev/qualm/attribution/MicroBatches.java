package dev.qualm.attribution;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A batch in parts that suit the caches, or that the model takes. */
final class MicroBatches {
    /** Rows {@code from} to {@code to} of a batch. */
    record Part(Array rows, int from, int to) {
        int[] of(int[] perRow) {
            return Arrays.copyOfRange(perRow, from, to);
        }
    }

    /** Where the network has inputs beside the one that is explained, and declares no batch. */
    private static final int OTHERWISE = 16;

    private MicroBatches() {}

    private static Map<String, Array> feeds(Network network, Array batch) {
        return Map.of(network.inputs().get(0).name(), batch);
    }

    /** Rows that suit the caches, whatever the number of inputs at hand, or that the model takes. */
    static int rows(Network network, Array batch) {
        if (network.inputs().size() != 1 || batch.dim(0) == 0) {
            long declared = network.inputs().get(0).dim(0);
            return declared > 0 ? (int) Math.min(declared, OTHERWISE) : OTHERWISE;
        }
        Array one = batch.slice(0, 1);
        return network.microBatch(Map.of(network.input().name(), Array.concat(List.of(one, one))));
    }

    /** Whether the model only takes the batch size that it was exported with. */
    static boolean isFixed(Network network, Array batch) {
        return network.inputs().size() == 1
                ? batch.dim(0) > 0 && network.isSampleBySample(feeds(network, batch))
                : network.inputs().get(0).dim(0) > 0;
    }

    /**
     * Cuts a batch.
     *
     * @param classes one per input
     */
    static List<Part> of(Network network, Array batch, int[] classes) {
        check(batch, classes);
        return of(network, batch);
    }

    static void check(Array batch, int[] classes) {
        if (batch.rank() == 0 || batch.dim(0) != classes.length) {
            throw new ShapeException(
                    "Expected one class per input, but found " + classes.length + " classes for inputs " + batch);
        }
    }

    static List<Part> of(Network network, Array batch) {
        int n = batch.dim(0);
        if (n == 0) {
            return List.of();
        }
        int most = rows(network, batch);
        int count = (n + most - 1) / most;
        int size = isFixed(network, batch) ? most : (n + count - 1) / count;
        List<Part> parts = new ArrayList<>();
        for (int from = 0; from < n; from += size) {
            int to = Math.min(n, from + size);
            parts.add(new Part(from == 0 && to == n ? batch : batch.slice(from, to), from, to));
        }
        return parts;
    }
}
