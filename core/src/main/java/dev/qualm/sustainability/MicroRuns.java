package dev.qualm.sustainability;

import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** The passes of one micro-batch: a clean one, whose representations stay native, and one per perturbation. */
final class MicroRuns {
    /** Longest micro-batch that is asked for. */
    private static final int MOST = 512;

    private final Network network;
    private final List<Tap> taps;
    private final List<String> tensors;
    private final LayerSustainability.Settings settings;
    private final List<Perturbation> perturbations;
    private final String input;
    private int fixedRows;

    MicroRuns(
            Network network, List<Tap> taps, LayerSustainability.Settings settings, List<Perturbation> perturbations) {
        this.network = network;
        this.taps = taps;
        this.tensors = taps.stream().map(Tap::tensor).toList();
        this.settings = settings;
        this.perturbations = perturbations;
        this.input = network.input().name();
    }

    /**
     * What is left of a micro-batch.
     *
     * @param sums by perturbation and tap
     * @param hsic by perturbation and tap: clean with perturbed, clean with itself, perturbed with itself; empty unless asked for
     * @param excluded items that a perturbation could not be scaled for, by perturbation
     * @param changes of the inputs, by perturbation and item
     */
    record Outcome(
            Source.Part part,
            TapSums[][] sums,
            double[][][] hsic,
            @Nullable Status[][] excluded,
            InputChange[][] changes) {}

    /** Chooses the rows of a micro-batch by the first items that can be read. */
    int prepare(Source source) {
        Array sample = sample(source);
        Map<String, Array> feeds = Map.of(input, sample);
        int rows = network.microBatch(feeds);
        fixedRows = network.isSampleBySample(feeds) ? rows : 0;
        requireBatchFirst(sample);
        if (!settings.wants(Measure.LINEAR_CKA)) {
            return rows;
        }
        if (fixedRows > 0 && fixedRows < CkaOptions.FEWEST) {
            throw new SustainabilityException("Linear CKA compares batches of at least " + CkaOptions.FEWEST
                    + " items, but the network takes " + fixedRows
                    + " at a time; export it with a free batch axis, or leave linear-cka out");
        }
        return fixedRows > 0 ? fixedRows : settings.cka().batch();
    }

    private static Array sample(Source source) {
        int n = Math.min(source.size(), MOST);
        Source.@Nullable Part first = null;
        for (int from = 0; from < source.size(); from += 2) {
            first = source.read(from, Math.min(source.size(), from + 2));
            if (first.items().size() > 0) {
                Array few = first.items().inputs();
                return few.select(IntStream.range(0, n).map(i -> i % few.dim(0)).toArray());
            }
        }
        throw new SustainabilityException("None of the " + source.size() + " items of " + source
                + " can be read; the first: "
                + (first == null ? "" : first.unreadable().get(0)));
    }

    /** Recurrences keep time before the batch: another number of rows tells the axes apart. */
    private void requireBatchFirst(Array sample) {
        int rows = fixedRows > 0 ? fixedRows : sample.dim(0) == 1 ? 2 : 1;
        int known = sample.dim(0);
        Array few = sample.select(IntStream.range(0, rows).map(i -> i % known).toArray());
        network.runWhole(Map.of(input, few), tensors, values -> {
            taps.forEach(tap -> TapReduction.rows(values.apply(tap.tensor()), tap, rows));
            return rows;
        });
    }

    Outcome run(Source.Part part) {
        Items items = part.items();
        int n = items.size();
        List<Array> perturbed = new ArrayList<>();
        for (Perturbation p : perturbations) {
            perturbed.add(perturb(p, items));
        }
        double[] unit = InputChange.units(settings.box(), items.inputs());
        @Nullable Status[][] excluded = new Status[perturbed.size()][n];
        EqualNorm equal = settings.equalNorm();
        if (equal != null && n > 0) {
            EqualNorm.Scaled scaled = equal.scale(items.inputs(), perturbed, unit);
            perturbed = scaled.inputs();
            for (int k = 0; k < excluded.length; k++) {
                for (int i = 0; i < n; i++) {
                    excluded[k][i] = scaled.sizes()[k][i] == 0
                            ? Status.undefined("the perturbation leaves the input as it is, so it has no size to scale")
                            : null;
                }
            }
        }
        InputChange[][] changes = new InputChange[perturbed.size()][n];
        for (int k = 0; k < changes.length; k++) {
            for (int i = 0; i < n; i++) {
                changes[k][i] = InputChange.of(items.inputs(), perturbed.get(k), i, unit);
            }
        }
        TapSums[][] sums = new TapSums[perturbed.size()][taps.size()];
        double[][][] hsic = new double[perturbed.size()][settings.wants(Measure.LINEAR_CKA) ? taps.size() : 0][];
        if (n > 0) {
            compare(items.inputs(), perturbed, sums, hsic);
        }
        return new Outcome(part, sums, hsic, excluded, changes);
    }

    private static Array perturb(Perturbation p, Items items) {
        Array out = p.apply(items);
        if (!Arrays.equals(out.shape(), items.inputs().shape())) {
            throw new SustainabilityException("Perturbation '" + p.name() + "': expected inputs of shape "
                    + items.inputs() + ", but found " + out);
        }
        return out;
    }

    private void compare(Array clean, List<Array> perturbed, TapSums[][] sums, double[][][] hsic) {
        int n = clean.dim(0);
        inFull(clean, before -> {
            int rows = Math.max(n, fixedRows);
            boolean compares = settings.wants(Measure.LINEAR_CKA);
            TapReduction reduction = new TapReduction();
            Tensor[] a = new Tensor[taps.size()];
            double[][] squares = new double[a.length][];
            double[][] grams = new double[a.length][];
            for (int t = 0; t < a.length; t++) {
                a[t] = TapReduction.rows(before.apply(tensors.get(t)), taps.get(t), rows);
                squares[t] = reduction.squares(a[t]);
                grams[t] = compares ? TapReduction.gram(a[t]) : new double[0];
            }
            for (int k = 0; k < perturbed.size(); k++) {
                int at = k;
                inFull(perturbed.get(k), after -> {
                    for (int t = 0; t < a.length; t++) {
                        Tensor b = TapReduction.rows(after.apply(tensors.get(t)), taps.get(t), rows);
                        sums[at][t] = sums(reduction, a[t], b, squares[t]);
                        if (compares) {
                            hsic[at][t] = hsic(grams[t], TapReduction.gram(b), rows, n, sums[at][t]);
                        }
                    }
                    return n;
                });
            }
            return n;
        });
    }

    /** Runs a batch, filled up with its last row for networks that take one size only. */
    private void inFull(Array batch, Function<Function<String, Tensor>, Integer> use) {
        int n = batch.dim(0);
        Array whole = n >= fixedRows
                ? batch
                : batch.select(IntStream.range(0, fixedRows)
                        .map(i -> Math.min(i, n - 1))
                        .toArray());
        network.runWhole(Map.of(input, whole), tensors, use);
    }

    private TapSums sums(TapReduction reduction, Tensor a, Tensor b, double[] squares) {
        return new TapSums(
                reduction.differences(a, b),
                squares,
                settings.wants(Measure.COSINE_DISTANCE) ? reduction.squares(b) : new double[0],
                settings.wants(Measure.LINF) ? TapReduction.largest(a, b) : new double[0],
                a.numel() / a.size(0));
    }

    /** Of the items that are numbers; empty if these are too few. */
    private double[] hsic(double[] a, double[] b, int rows, int n, TapSums sums) {
        int[] kept = IntStream.range(0, n).filter(sums::isFinite).toArray();
        if (kept.length < CkaOptions.FEWEST) {
            return new double[0];
        }
        double[] k = part(a, rows, kept);
        double[] l = part(b, rows, kept);
        boolean unbiased = settings.cka().unbiased();
        int m = kept.length;
        return new double[] {Hsic.of(k, l, m, unbiased), Hsic.of(k, k, m, unbiased), Hsic.of(l, l, m, unbiased)};
    }

    private static double[] part(double[] gram, int rows, int[] kept) {
        double[] out = new double[kept.length * kept.length];
        for (int i = 0; i < kept.length; i++) {
            for (int j = 0; j < kept.length; j++) {
                out[i * kept.length + j] = gram[kept[i] * rows + kept[j]];
            }
        }
        return out;
    }
}
