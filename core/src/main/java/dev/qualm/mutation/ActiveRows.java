package dev.qualm.mutation;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.SharedPrefix;
import dev.qualm.network.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The inputs that mutants still run on, cut into micro-batches. Belongs to one thread. */
/*
 * Each micro-batch keeps the activations of the original network, so that a mutant runs from its first changed layer on. Networks
 * whose activations are too large for that run from the input. Decided inputs leave: the others are put together anew, at the price
 * of one more run of the original on them.
 */
final class ActiveRows implements AutoCloseable {
    /** Mutants that are expected to come at least: an input that is left behind costs as many runs. */
    private static final int AHEAD = 4;

    private final Network network;
    private final Map<String, Array> feeds;
    private final Workers workers;
    private final boolean sharing;
    private final int rows;
    private List<Part> parts = List.of();
    private long runs;
    private boolean lent;

    /**
     * One micro-batch.
     *
     * @param items numbers of the inputs, in order
     */
    record Part(
            int[] items, Map<String, Array> feeds, @Nullable SharedPrefix prefix) {
        Array logits(Network variant) {
            return prefix == null ? variant.logits(feeds) : prefix.logits(variant);
        }

        void close() {
            // May be called twice.
            if (prefix != null) {
                prefix.close();
            }
        }
    }

    /**
     * @param feeds a value per input of all items
     * @param rows of a micro-batch
     * @param sharing whether activations are kept
     */
    ActiveRows(Network network, Map<String, Array> feeds, int rows, boolean sharing, Workers workers) {
        this.network = network;
        this.feeds = feeds;
        this.rows = rows;
        this.sharing = sharing;
        this.workers = workers;
    }

    /** Of a run of the original, whose parts stay its own. */
    ActiveRows(OriginalRun run) {
        this(
                run.network(),
                run.feeds(),
                run.rows(),
                run.parts().stream().allMatch(p -> p.prefix != null),
                Workers.caller());
        parts = run.parts();
        lent = true;
    }

    /** Starts over with these items. */
    void hold(int[] items) {
        close();
        int count = (items.length + rows - 1) / rows;
        parts = workers.map(count, i -> {
            int[] mine = Arrays.copyOfRange(items, i * rows, Math.min(items.length, (i + 1) * rows));
            Map<String, Array> batch = select(feeds, mine);
            return new Part(mine, batch, sharing ? SharedPrefix.of(network, batch) : null);
        });
        runs += sharing ? items.length : 0;
    }

    /** Classes that the original network predicts, by item; -1 where its logits are not finite. */
    void predict(int[] predictions) {
        each(network, predictions);
        runs += sharing ? 0 : size();
    }

    /** Classes that a mutant predicts, by item; -1 where its logits are not finite. Other items keep what they have. */
    void predict(Network mutant, int[] predictions) {
        each(mutant, predictions);
        runs += size();
    }

    private void each(Network variant, int[] predictions) {
        workers.map(parts.size(), i -> {
            Part part = parts.get(i);
            Array logits = part.logits(variant);
            for (int r = 0; r < part.items.length; r++) {
                predictions[part.items[r]] = predicted(logits, r);
            }
            return part;
        });
    }

    /** The largest logit's class, the first of equals; -1 if one is NaN or infinite. */
    static int predicted(Array logits, int row) {
        int classes = logits.dim(1);
        int best = 0;
        for (int k = 0; k < classes; k++) {
            double z = logits.get(row * classes + k);
            // Log-probabilities may be minus infinity: a probability of zero.
            if (Double.isNaN(z) || z == Double.POSITIVE_INFINITY) {
                return -1;
            }
            best = z > logits.get(row * classes + best) ? k : best;
        }
        return logits.get(row * classes + best) == Double.NEGATIVE_INFINITY ? -1 : best;
    }

    /**
     * Lets decided items leave if that pays.
     *
     * @param active the items that stay
     * @param done mutants that have run
     * @param left mutants that may still come
     */
    void compact(int[] active, int done, int left) {
        int gone = size() - active.length;
        // Items are likely to need about as many mutants again as they have seen.
        int ahead = Math.min(left, Math.max(AHEAD, done));
        boolean pays = sharing ? (double) gone * ahead > active.length : gone > 0;
        if (pays) {
            hold(active);
        }
    }

    /** Items held. */
    int size() {
        return parts.stream().mapToInt(p -> p.items.length).sum();
    }

    /** Runs of one item through the original or a mutant so far, those that started at a later layer included. */
    long runs() {
        return runs;
    }

    /** Bytes of activations that are kept. */
    long bytes() {
        long sum = 0;
        for (Part p : parts) {
            sum += p.prefix == null ? 0 : p.prefix.bytes();
        }
        return sum;
    }

    static Map<String, Array> select(Map<String, Array> feeds, int[] items) {
        Map<String, Array> out = new LinkedHashMap<>();
        feeds.forEach((name, a) -> out.put(name, a.select(items)));
        return out;
    }

    @Override
    public void close() {
        List<Part> open = new ArrayList<>(parts);
        parts = List.of();
        if (!lent) {
            open.forEach(Part::close);
        }
        lent = false;
    }
}
