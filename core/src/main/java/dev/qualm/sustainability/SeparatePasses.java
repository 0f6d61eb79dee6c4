package dev.qualm.sustainability;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * A clean pass, whose representations stay native, and then one per perturbation: for measures of whole batches, and for networks that
 * take one number of rows only.
 */
final class SeparatePasses implements Passes {
    private final Network network;
    private final List<Tap> taps;
    private final List<String> tensors;
    private final LayerSustainability.Settings settings;
    private final int fixedRows;

    /** @param fixedRows the only number of rows that the network takes, or 0 */
    SeparatePasses(Network network, List<Tap> taps, LayerSustainability.Settings settings, int fixedRows) {
        this.network = network;
        this.taps = taps;
        this.tensors = taps.stream().map(Tap::tensor).toList();
        this.settings = settings;
        this.fixedRows = fixedRows;
    }

    @Override
    public void compare(Array clean, List<Array> perturbed, TapSums[][] sums, double[][][] hsic) {
        int n = clean.dim(0);
        try (TapReduction reduction = new TapReduction()) {
            inFull(clean, before -> compare(before, n, perturbed, reduction, sums, hsic));
        }
    }

    private int compare(
            Function<String, Tensor> before,
            int n,
            List<Array> perturbed,
            TapReduction reduction,
            TapSums[][] sums,
            double[][][] hsic) {
        int rows = Math.max(n, fixedRows);
        boolean compares = settings.wants(Measure.LINEAR_CKA);
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
    }

    /** Runs a batch, filled up with its last row for networks that take one size only. */
    private void inFull(Array batch, Function<Function<String, Tensor>, Integer> use) {
        int n = batch.dim(0);
        Array whole = n >= fixedRows
                ? batch
                : batch.select(IntStream.range(0, fixedRows)
                        .map(i -> Math.min(i, n - 1))
                        .toArray());
        network.runWhole(Map.of(network.input().name(), whole), tensors, use);
    }

    private TapSums sums(TapReduction reduction, Tensor a, Tensor b, double[] squares) {
        return new TapSums(
                reduction.differences(a, b),
                squares,
                settings.wants(Measure.COSINE_DISTANCE) ? reduction.squares(b) : new double[0],
                settings.wants(Measure.LINF) ? reduction.largest(a, b) : new double[0],
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
