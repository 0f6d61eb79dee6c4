package dev.qualm.mutation;

import dev.qualm.array.Array;
import dev.qualm.data.Dataset;
import dev.qualm.network.Network;
import dev.qualm.network.Workers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The accuracy of candidates on labelled items, up to where the verdict is certain. */
/*
 * Items come in the order of the original's margin, true class against the best other: wrong and narrow ones first. Bad candidates err
 * there first, so that their errors exceed the allowance within few batches. The order changes the cost, not the verdict.
 */
final class AcceptanceTest {
    /** Prepared items are kept up to this size; beyond it each batch is read anew for each candidate. */
    private static final long KEPT_BYTES = 1L << 30;

    private final Network network;
    private final Dataset data;
    private final int[] labels;
    private final int[] order;
    private final List<Array> kept = new ArrayList<>();
    private final int rows;
    private final ItemSet items;
    private final int original;
    private final int least;

    AcceptanceTest(Network network, Dataset data, AcceptanceRule rule, Workers workers) {
        this.network = network;
        this.data = data;
        if (data.size() == 0) {
            throw new MutationException("There is nothing to accept mutants by: the data set is empty");
        }
        labels = data.labels();
        int n = labels.length;
        rows = network.microBatch(Map.of(network.input().name(), data.batch(0, Math.min(2, n))));
        int chunk = rows * Math.max(4, 2 * workers.threads());
        ItemSet.Builder hash = new ItemSet.Builder();
        double[] margins = new double[n];
        boolean keeps = true;
        for (int from = 0; from < n; from += chunk) {
            Array batch = data.batch(from, Math.min(n, from + chunk));
            hash.add(batch);
            Array logits = network.logits(Map.of(network.input().name(), batch), workers);
            for (int i = 0; i < batch.dim(0); i++) {
                margins[from + i] = margin(logits, i, labels[from + i]);
            }
            keeps = (long) n * batch.size() / batch.dim(0) * batch.dtype().bytes() <= KEPT_BYTES;
        }
        items = hash.build(labels);
        original = (int) IntStream.range(0, n).filter(i -> margins[i] > 0).count();
        order = IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> margins[i]))
                .mapToInt(i -> i)
                .toArray();
        least = rule.leastCorrect(n, original);
        if (original == 0) {
            throw new MutationException("The network is right on none of the " + n
                    + " items: the labels do not fit its classes, or the items are not prepared as it expects");
        }
        if (least > n) {
            throw new MutationException("No mutant can be accepted by " + rule + ": the original is right on "
                    + original + " of " + n + " items; lower the ratio");
        }
        for (int from = 0; keeps && from < n; from += rows) {
            kept.add(read(from));
        }
    }

    /**
     * Logit of the true class less the largest other; not positive exactly if the prediction (the first of the largest) is wrong. NaN
     * counts as wrong.
     */
    private static double margin(Array logits, int item, int label) {
        int k = logits.dim(1);
        if (label >= k) {
            throw new MutationException("Expected labels from 0 to " + (k - 1) + ", as the network has " + k
                    + " classes, but found " + label);
        }
        double own = logits.get(item * k + label);
        double margin = Double.POSITIVE_INFINITY;
        for (int c = 0; c < k; c++) {
            double lead = own - logits.get(item * k + c);
            if (c != label) {
                // A tie goes to the lower class.
                double fair = lead == 0 ? (label < c ? Double.MIN_VALUE : -Double.MIN_VALUE) : lead;
                margin = Double.isNaN(fair) ? Double.NEGATIVE_INFINITY : Math.min(margin, fair);
            }
        }
        return margin;
    }

    private Array read(int from) {
        int to = Math.min(order.length, from + rows);
        return data.read(java.util.Arrays.copyOfRange(order, from, to))
                .requireComplete()
                .inputs();
    }

    ItemSet items() {
        return items;
    }

    /** Right answers of the original. */
    int original() {
        return original;
    }

    /** Right answers a candidate needs. */
    int least() {
        return least;
    }

    int size() {
        return order.length;
    }

    boolean accepts(Accuracy accuracy) {
        return accuracy.correct() >= least;
    }

    /** Runs a candidate until its verdict is certain. */
    Accuracy run(Mutant mutant, Curtailment curtailment) {
        int n = order.length;
        int correct = 0;
        int seen = 0;
        try (Network changed = network.with(mutant.view())) {
            while (seen < n) {
                Array batch = kept.isEmpty() ? read(seen) : kept.get(seen / rows);
                Array logits = changed.logits(batch);
                for (int i = 0; i < batch.dim(0); i++) {
                    correct += margin(logits, i, labels[order[seen + i]]) > 0 ? 1 : 0;
                }
                seen += batch.dim(0);
                boolean lost = correct + n - seen < least;
                if (lost && curtailment != Curtailment.NONE || correct >= least && curtailment == Curtailment.BOTH) {
                    break;
                }
            }
        }
        return new Accuracy(correct, seen, n);
    }
}
