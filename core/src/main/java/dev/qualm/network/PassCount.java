package dev.qualm.network;

import dev.qualm.array.Array;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What a piece of work asks of networks, counted in items: the unit in which costs are stated as passes.
 *
 * <p>Counts what the calling thread runs, whatever the network: a run of part of a network (mutants that start at a later layer) as a whole
 * one. Products that form the gradients of weights are no runs. Workers' threads are not seen.
 */
public final class PassCount {
    private static final ThreadLocal<@Nullable PassCount> OPEN = new ThreadLocal<>();

    private long forwards;
    private long sweeps;

    private PassCount() {}

    /** Counts while something runs; what runs within a count of its own is not counted here. */
    public static PassCount of(Runnable work) {
        PassCount outer = OPEN.get();
        PassCount own = new PassCount();
        OPEN.set(own);
        try {
            work.run();
            return own;
        } finally {
            if (outer == null) {
                OPEN.remove();
            } else {
                OPEN.set(outer);
            }
        }
    }

    /** Items that went forward through a network. */
    public long forwards() {
        return forwards;
    }

    /** Items that went back, once for each cotangent. */
    public long sweeps() {
        return sweeps;
    }

    static void forward(Map<String, Array> feeds) {
        PassCount open = OPEN.get();
        if (open != null) {
            open.forwards += feeds.values().stream()
                    .mapToInt(a -> a.rank() == 0 ? 1 : a.dim(0))
                    .max()
                    .orElse(1);
        }
    }

    static void forwardTensors(Map<String, Tensor> feeds) {
        PassCount open = OPEN.get();
        if (open != null) {
            open.forwards +=
                    feeds.values().stream().mapToLong(PassCount::rows).max().orElse(1);
        }
    }

    static void sweep(Tensor cotangent) {
        PassCount open = OPEN.get();
        if (open != null) {
            open.sweeps += rows(cotangent);
        }
    }

    /** A run that goes forward and back in one plan. */
    static void both(Map<String, Array> feeds) {
        PassCount open = OPEN.get();
        if (open != null) {
            long before = open.forwards;
            forward(feeds);
            open.sweeps += open.forwards - before;
        }
    }

    private static long rows(Tensor t) {
        return t.dim() == 0 ? 1 : t.size(0);
    }

    @Override
    public String toString() {
        return forwards + " forward, " + sweeps + " back";
    }
}
