package dev.qualm.sustainability;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.bytedeco.pytorch.Tensor;

/** A few items at a time go through the network in one pass, with all their perturbed twins. */
/*
 * Each tap is reduced right behind the operator that computes it, while clean and perturbed rows are in the caches. Nothing is kept: the
 * network overwrites and frees the representations as in any other pass, and it ends behind the last tap.
 */
final class StackedPasses implements Passes {
    /** Micro-batches in a stack: with fewer, the calls of the reductions cost more than the caches save (measured). */
    static final int MOST = 3;

    private final Network network;
    private final Map<String, Tap> taps = new HashMap<>();
    private final List<String> tensors;
    private final LayerSustainability.Settings settings;
    private final int most;
    /* Fresh memory for each micro-batch would cost more than what is done in it. */
    private final Queue<TapReduction> idle = new ConcurrentLinkedQueue<>();

    /** @param most rows that suit the network */
    StackedPasses(Network network, List<Tap> taps, LayerSustainability.Settings settings, int most) {
        this.network = network;
        taps.forEach(t -> this.taps.put(t.tensor(), t));
        this.tensors = taps.stream().map(Tap::tensor).toList();
        this.settings = settings;
        this.most = most;
    }

    /** What is known of one tap: by perturbation and item, clean ones apart. */
    private static final class Known {
        private final double[][] difference;
        private final double[][] perturbed;
        private final double[][] largest;
        private final double[] clean;
        private long entries = -1; // until it is seen

        Known(int perturbations, int items, boolean squares, boolean linf) {
            difference = new double[perturbations][items];
            perturbed = new double[perturbations][squares ? items : 0];
            largest = new double[perturbations][linf ? items : 0];
            clean = new double[items];
        }

        TapSums of(int k) {
            return new TapSums(difference[k], clean, perturbed[k], largest[k], entries);
        }
    }

    @Override
    public void compare(Array clean, List<Array> perturbed, TapSums[][] sums, double[][][] hsic) {
        int n = clean.dim(0);
        int k = perturbed.size();
        List<Array> all = new ArrayList<>(List.of(clean));
        all.addAll(perturbed);
        all.replaceAll(a -> network.precision() == Precision.FLOAT64 ? a.asFloat64() : a.asFloat32());
        Map<String, Known> known = new HashMap<>();
        tensors.forEach(t ->
                known.put(t, new Known(k, n, settings.wants(Measure.COSINE_DISTANCE), settings.wants(Measure.LINF))));
        int step = Math.max(1, Math.min(n, MOST * most / (k + 1)));
        TapReduction free = idle.poll();
        TapReduction reduction = free == null ? new TapReduction() : free;
        try {
            for (int start = 0; start < n; start += step) {
                int from = start;
                int to = Math.min(n, from + step);
                Array stacked =
                        Array.concat(all.stream().map(a -> a.slice(from, to)).toList());
                network.watch(Map.of(network.input().name(), stacked), tensors, (name, t) -> {
                    Tensor rows = TapReduction.rows(t, Objects.requireNonNull(taps.get(name)), stacked.dim(0));
                    reduce(reduction, rows, Objects.requireNonNull(known.get(name)), from, to - from);
                });
            }
        } finally {
            idle.add(reduction);
        }
        known.forEach((tensor, found) -> {
            if (found.entries < 0) {
                throw new SustainabilityException("Tap " + taps.get(tensor)
                        + ": expected a tensor that depends on the input, but it is constant");
            }
        });
        for (int p = 0; p < k; p++) {
            for (int t = 0; t < tensors.size(); t++) {
                sums[p][t] = Objects.requireNonNull(known.get(tensors.get(t))).of(p);
            }
        }
    }

    @Override
    public void close() {
        idle.forEach(TapReduction::close);
    }

    private static void reduce(TapReduction reduction, Tensor rows, Known known, int at, int n) {
        Tensor a = rows.narrow(0, 0, n);
        Tensor b = rows.narrow(0, n, rows.size(0) - n);
        known.entries = rows.size(1);
        System.arraycopy(reduction.squares(a), 0, known.clean, at, n);
        spread(reduction.differences(a, b), known.difference, at, n);
        if (known.perturbed[0].length > 0) {
            spread(reduction.squares(b), known.perturbed, at, n);
        }
        if (known.largest[0].length > 0) {
            spread(reduction.largest(a, b), known.largest, at, n);
        }
    }

    private static void spread(double[] values, double[][] into, int at, int n) {
        for (int k = 0; k < into.length; k++) {
            System.arraycopy(values, k * n, into[k], at, n);
        }
    }
}
