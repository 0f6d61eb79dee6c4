package dev.qualm.gradient;

import dev.qualm.ShapeException;
import dev.qualm.Status;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Tensors;
import dev.qualm.network.operator.NodeContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.jspecify.annotations.Nullable;

/**
 * The rows of cosine similarity maps before they are compared: one sweep gives one row for every input of the batch, of whichever
 * class has that place. Places are in sweep order, the predicted class last; {@link #cosines} restores the caller's order.
 */
final class ClassGradients {
    private static final String NOT_FINITE = "a gradient of the input is NaN or infinite";
    private static final Scalar MINUS_ONE = NodeContext.scalar(-1.0);

    private final InputGradients sweeper;
    private final Logits logits;
    private final CosineSimilarityMaps options;
    private final Tensor input;
    private final int[][] classes;
    private final int[][] order;
    private final @Nullable ClassCotangents[] cotangents;
    private final Status[] status;
    private int sweeps;

    ClassGradients(InputGradients sweeper, Logits logits, CosineSimilarityMaps options) {
        this.sweeper = sweeper;
        this.logits = logits;
        this.options = options;
        this.input = sweeper.input();
        int n = logits.count();
        if (input.dim() == 0 || input.size(0) != n) {
            throw new ShapeException("Expected one row of logits per row of '"
                    + sweeper.network().structure().differentiable() + "', but found " + n
                    + " rows for a tensor of shape "
                    + Arrays.toString(Tensors.shape(input)));
        }
        refuse(sweeper.connected(), logits.classes());
        classes = new int[n][];
        order = new int[n][];
        cotangents = new ClassCotangents[n];
        status = new Status[n];
        for (int i = 0; i < n; i++) {
            double[] z = logits.values()[i];
            classes[i] = options.classes().of(z);
            order[i] = predictedLast(classes[i], Logits.largest(z));
            status[i] = logits.status(i);
            if (status[i].isOk() && options.rescale() && z[ClassCotangents.largestMagnitude(z)] == 0) {
                status[i] = Status.undefined("all logits are zero, so they cannot be rescaled");
            }
            cotangents[i] = status[i].isOk() ? new ClassCotangents(z, options.rescale()) : null;
        }
    }

    private static void refuse(boolean connected, int total) {
        if (total < 3) {
            throw new UnsupportedModelException(
                    "A cosine similarity map needs at least 3 classes, but this network has "
                            + total
                            + (total == 2
                                    ? ": with two classes the map is [[1, -1], [-1, 1]] for every input and says nothing"
                                    : ": without a second class there is no gradient to compare with")
                            + "; use scores that need no class pairs, for example entropy");
        }
        if (!connected) {
            throw new UnsupportedModelException("The logits do not depend on the network's input in a way that can be"
                    + " differentiated, so every gradient is zero; a cosine similarity map needs such a path");
        }
    }

    private static int[] predictedLast(int[] classes, int predicted) {
        int[] order = new int[classes.length];
        int at = 0;
        for (int c : classes) {
            if (c != predicted) {
                order[at++] = c;
            }
        }
        order[at] = predicted;
        return order;
    }

    int count() {
        return order.length;
    }

    /** Rows of each map. */
    int rows() {
        return options.classes().size(logits.classes());
    }

    int[][] classes() {
        return classes;
    }

    int sweeps() {
        return sweeps;
    }

    boolean sign() {
        return options.sign();
    }

    /** Entries of one row of one input. */
    long width() {
        long all = input.numel() / Math.max(1, count());
        return reduces() ? all / input.size(1) : all;
    }

    Tensor input() {
        return input;
    }

    private boolean reduces() {
        return options.channels() == ChannelReduction.MAX && input.dim() > 2;
    }

    /** The row at a place, ready for comparison, {@code [n, width]}, by a sweep of its own. Lives in the open scope. */
    Tensor row(int place) {
        return comparable(sweep(place));
    }

    /**
     * All rows, with the fewest sweeps.
     *
     * @param out where they go by their places, {@code [n, rows, width]}
     */
    void write(Tensor out) {
        int k = rows();
        // With every class present the predicted class's row is a sum of the others.
        boolean complete = k == logits.classes();
        try (NativeScope all = NativeScope.values()) {
            Tensor last = input;
            for (int place = 0; place < k; place++) {
                try (NativeScope scope = NativeScope.values()) {
                    boolean known = complete && place == k - 1;
                    Tensor g = known ? last : sweep(place);
                    if (complete && !known) {
                        if (place == 0) {
                            last = all.keep(torch.zeros_like(g));
                        }
                        last.addcmul_(g, weights(place, (int) g.dim()), MINUS_ONE);
                    }
                    compare(g, out.select(1, place));
                }
            }
        }
    }

    /** Writes the comparable form of a gradient, the usual one in a single pass over it. */
    private void compare(Tensor gradient, Tensor out) {
        if (sign() && !reduces() && Tensors.is(out, Tensors.type(gradient))) {
            torch.sign_outf(vectors(gradient), out);
        } else {
            out.copy_(comparable(gradient));
        }
    }

    /** One vector per input; the order of entries is that of the memory, which all gradients of a recording share. */
    private Tensor vectors(Tensor g) {
        boolean last = g.dim() == 4 && g.is_contiguous(MemoryFormat.ChannelsLast);
        return (last ? g.permute(0, 2, 3, 1) : g).reshape(count(), -1);
    }

    private Tensor sweep(int place) {
        int k = logits.classes();
        double[][] byLogits = new double[count()][k];
        for (int i = 0; i < count(); i++) {
            ClassCotangents c = cotangents[i];
            if (c != null) {
                c.write(order[i][place], byLogits[i]);
            }
        }
        sweeps++;
        Tensor gradient = sweeper.gradient(logits.cotangent(byLogits));
        if (sign() && place == 0) {
            requireNumbers(gradient);
        }
        return gradient;
    }

    /* The engine's sign of NaN is 0, which would pass for a gradient. A slope that is NaN is so toward every class: one row tells. */
    private void requireNumbers(Tensor gradient) {
        double[] sums = Tensors.toArray(vectors(gradient).sum(new long[] {1})).toDoubles();
        for (int i = 0; i < sums.length; i++) {
            if (status[i].isOk() && !Double.isFinite(sums[i])) {
                status[i] = Status.nonFinite(NOT_FINITE);
            }
        }
    }

    /** Factors of the rows at a place in minus the row of the predicted class, shaped to multiply gradients. */
    private Tensor weights(int place, int rank) {
        double[] w = new double[count()];
        for (int i = 0; i < w.length; i++) {
            ClassCotangents c = cotangents[i];
            w[i] = c == null ? 0 : c.weight(order[i][place]);
        }
        int[] shape = new int[rank];
        Arrays.fill(shape, 1);
        shape[0] = w.length;
        return Tensors.of(Array.of(w, shape), sweeper.network().precision()).to(Tensors.type(input));
    }

    /** Sign or unit maximum, then the channel reduction, as vectors. */
    private Tensor comparable(Tensor gradient) {
        Tensor g = gradient;
        if (sign()) {
            g = g.sign();
        }
        if (reduces()) {
            g = g.amax(new long[] {1}, false);
        }
        g = vectors(g);
        if (sign()) {
            return g;
        }
        // Squares of small gradients underflow; a row's positive factor does not matter.
        Tensor largest = g.abs().amax(new long[] {1}, true);
        return g.div(largest.masked_fill(largest.eq(new Scalar(0.0)), new Scalar(1.0)));
    }

    /** The loss gradients of one input by its logits, or null if it has no map. */
    @Nullable
    ClassCotangents cotangents(int i) {
        return cotangents[i];
    }

    int[] order(int i) {
        return order[i];
    }

    /**
     * Turns products of rows into cosines in the caller's order of classes.
     *
     * @param gram products by place, {@code [k][k]}
     * @return the input's status
     */
    Status cosines(int i, double[][] gram, double[][] map) {
        int k = rows();
        List<Integer> zero = new ArrayList<>();
        boolean finite = true;
        int[] place = new int[k];
        for (int a = 0; a < k; a++) {
            for (int p = 0; p < k; p++) {
                place[a] = order[i][p] == classes[i][a] ? p : place[a];
            }
            double square = gram[place[a]][place[a]];
            finite &= Double.isFinite(square);
            if (square == 0) {
                zero.add(classes[i][a]);
            }
        }
        boolean defined = status[i].isOk() && finite;
        for (int a = 0; a < k; a++) {
            for (int b = 0; b < k; b++) {
                double norms = Math.sqrt(gram[place[a]][place[a]]) * Math.sqrt(gram[place[b]][place[b]]);
                double cosine = gram[place[a]][place[b]] / norms;
                map[a][b] = !defined || norms == 0 ? Double.NaN : a == b ? 1 : Math.max(-1, Math.min(1, cosine));
            }
        }
        if (!status[i].isOk()) {
            return status[i];
        }
        if (!finite) {
            return Status.nonFinite(NOT_FINITE);
        }
        return zero.isEmpty()
                ? Status.OK
                : Status.zeroGradient(
                        zero.size() == k
                                ? "the gradient toward every class is zero"
                                : "the gradient toward classes " + zero + " is zero");
    }
}
