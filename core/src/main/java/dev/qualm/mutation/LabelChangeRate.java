package dev.qualm.mutation;

import dev.qualm.Provenance;
import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.mutation.StoppingRule.Decision;
import dev.qualm.network.Network;
import dev.qualm.network.SharedPrefix;
import dev.qualm.network.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Label change rate (Wang, Dong, Sun, Wang, Zhang 2019, arXiv 1812.05793; Wu, Michel, Briot 2019, arXiv 1910.00387): the share of mutants
 * that predict another class than the original network. It grows with distrust.
 *
 * <p>With a rule that decides early, an input is asked no more mutants than its verdict needs. Mutants come in the order of the list
 * for every input, so an input's result does not depend on its neighbours, nor on threads or memory.
 *
 * @param mutants in the order in which they are asked
 * @param rule when to stop; {@link StoppingRule.AllMutants} for the rate itself
 * @param memory bytes of activations that may be kept to spare mutants the layers before their first changed one
 */
/*
 * All inputs of a chunk meet a mutant together, so it is made once per chunk; the chunk is as large as memory allows. Where not
 * even CHUNK inputs fit, mutants run from the input instead and the chunk is cut by MOST alone.
 */
public record LabelChangeRate(List<Mutant> mutants, StoppingRule rule, long memory) {
    private static final long DEFAULT_MEMORY = 256L << 20;

    /** Inputs that share one making of a mutant, at least. */
    private static final int CHUNK = 64;

    private static final int MOST = 1024;

    /**
     * Label changes of {@code n} inputs.
     *
     * @param predictions of the original network, {@code [n]}; -1 where its logits are not finite
     * @param mutants asked per input, {@code [n]}
     * @param changes how many of those predicted another class, or had logits that are not finite, {@code [n]}
     * @param decisions per input
     * @param status per input
     * @param runs of one input through the original or a mutant, over all inputs
     */
    public record Result(
            int[] predictions,
            int[] mutants,
            int[] changes,
            List<Decision> decisions,
            List<Status> status,
            long runs,
            Provenance provenance) {
        public Result {
            decisions = List.copyOf(decisions);
            status = List.copyOf(status);
        }

        /** Changes per mutant asked, {@code [n]}; NaN where there is no prediction. */
        public double[] rates() {
            return IntStream.range(0, mutants.length)
                    .mapToDouble(i -> mutants[i] == 0 ? Double.NaN : (double) changes[i] / mutants[i])
                    .toArray();
        }

        /** Mean cost of an input in forward passes, its own prediction included. */
        public double passes() {
            return mutants.length == 0 ? 0 : (double) runs / mutants.length;
        }
    }

    public LabelChangeRate {
        mutants = List.copyOf(mutants);
        if (rule.limit() > mutants.size()) {
            throw new MutationException("The stopping rule may ask for " + rule.limit() + " mutants, but there are "
                    + mutants.size() + ": make a larger pool, or lower the rule's limit");
        }
    }

    /** Of all mutants: the rate itself. */
    public static LabelChangeRate of(List<Mutant> mutants) {
        return new LabelChangeRate(mutants, new StoppingRule.AllMutants(Math.max(1, mutants.size())), DEFAULT_MEMORY);
    }

    /** With another rule. */
    public LabelChangeRate until(StoppingRule other) {
        return new LabelChangeRate(mutants, other, memory);
    }

    /** With another limit on kept activations; 0 to keep none. */
    public LabelChangeRate within(long bytes) {
        return new LabelChangeRate(mutants, rule, bytes);
    }

    /** Of a batch for the network's only input, on the calling thread. */
    public Result on(Network network, Array batch) {
        return on(network, Map.of(network.input().name(), batch), Workers.caller(), done -> {});
    }

    /**
     * Of a batch.
     *
     * @param feeds a value per input of the network; axis 0 is the batch
     * @param progress called with the number of inputs that are decided, in increasing order
     */
    public Result on(Network network, Map<String, Array> feeds, Workers workers, IntConsumer progress) {
        int n = feeds.values().stream().mapToInt(a -> a.dim(0)).min().orElse(0);
        Changes all = new Changes(n);
        if (n > 0) {
            int rows = network.microBatch(feeds);
            long each = bytesPerRow(network, feeds);
            long fitting = each == 0 ? MOST : memory / each;
            boolean sharing = fitting >= Math.min(n, CHUNK);
            int chunk = (int) Math.max(rows, Math.min(MOST, sharing ? fitting : MOST) / rows * rows);
            for (int from = 0; from < n; from += chunk) {
                int[] items = IntStream.range(from, Math.min(n, from + chunk)).toArray();
                try (ActiveRows active = new ActiveRows(network, feeds, rows, sharing, workers)) {
                    all.ask(network, active, items, progress);
                }
            }
        }
        return all.result();
    }

    /** Of a batch that the original has run on. The result's runs do not count that run. */
    public Result on(OriginalRun original) {
        Changes all = new Changes(original.size());
        try (ActiveRows active = new ActiveRows(original)) {
            Array logits = original.logits();
            Arrays.setAll(all.predictions, i -> ActiveRows.predicted(logits, i));
            all.askOpen(
                    original.network(),
                    active,
                    IntStream.range(0, original.size()).toArray(),
                    done -> {});
        }
        return all.result();
    }

    /** Bytes of activations that one input's run leaves. */
    private static long bytesPerRow(Network network, Map<String, Array> feeds) {
        Map<String, Array> first = new java.util.LinkedHashMap<>();
        int rows = network.isSampleBySample(feeds) ? network.microBatch(feeds) : 1;
        feeds.forEach((name, a) -> first.put(name, a.slice(0, Math.min(rows, a.dim(0)))));
        try (SharedPrefix prefix = SharedPrefix.of(network, first)) {
            return prefix.bytes() / rows;
        }
    }

    /** Results under construction. */
    private final class Changes {
        private final int[] predictions;
        private final StoppingProgress progress;
        private long runs;
        private int decided;

        Changes(int n) {
            predictions = new int[n];
            progress = rule.start(n);
        }

        void ask(Network network, ActiveRows active, int[] items, IntConsumer listener) {
            active.hold(items);
            active.predict(predictions);
            askOpen(network, active, items, listener);
        }

        /** Asks mutants about the items that have a prediction. */
        void askOpen(Network network, ActiveRows active, int[] items, IntConsumer listener) {
            int[] open = Arrays.stream(items).filter(i -> predictions[i] >= 0).toArray();
            int[] found = new int[predictions.length];
            int before = decided;
            for (int m = 0; m < rule.limit() && open.length > 0; m++) {
                active.compact(open, m, rule.limit() - m);
                try (Network mutant = network.with(mutants.get(m).view())) {
                    active.predict(mutant, found);
                }
                open = Arrays.stream(open)
                        .filter(i -> progress.add(i, found[i] != predictions[i]) == Decision.CONTINUE)
                        .toArray();
                decided = before + items.length - open.length;
                listener.accept(decided);
            }
            runs += active.runs();
        }

        Result result() {
            int n = predictions.length;
            List<Status> status = new ArrayList<>();
            List<Decision> decisions = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                boolean known = predictions[i] >= 0;
                status.add(known ? Status.OK : Status.nonFinite("the network returned NaN or infinity"));
                decisions.add(known ? progress.decision(i) : Decision.UNDECIDED);
            }
            int[] asked = IntStream.range(0, n).map(progress::mutants).toArray();
            int[] changes = IntStream.range(0, n).map(progress::changes).toArray();
            Provenance provenance = Provenance.of("label-change-rate")
                    .with("mutants", mutants.size())
                    .with(
                            "operators",
                            mutants.stream().map(Mutant::operator).distinct().toList())
                    .with("rule", rule);
            return new Result(predictions, asked, changes, decisions, status, runs, provenance);
        }
    }
}
