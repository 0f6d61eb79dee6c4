package dev.qualm.gradient;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Products of all pairs of rows of a batch of cosine similarity maps, in bounded memory. */
/*
 * All rows of one input are kept if they fit into a budget: K x D numbers, as signed bytes for large sign maps (1000 classes at
 * 3x224x224: 150 MB instead of 602). Where even that is too much, blocks of classes are kept one after another and the rows behind
 * the block are swept again: with m blocks about (m + 1) / 2 times the sweeps. Products are accumulated in double over blocks of
 * columns, so that neither the widened bytes nor the rounding grow with the input.
 */
final class MapGram {
    /** Bytes for the rows of one micro-batch. */
    static final long BUDGET = 768L << 20;

    /** Bytes of rows that still suit the caches; larger micro-batches are cut down to this. */
    private static final long COMFORTABLE = 64L << 20;

    private static final long COLUMNS = 1 << 14;

    private MapGram() {}

    /** The most inputs per micro-batch. */
    static int rowsInMemory(Network network, Map<String, Array> feeds, CosineSimilarityMaps options) {
        String name = network.structure().differentiable();
        Map<String, Array> start = Batches.first(network, feeds);
        Array first = start.get(name);
        if (first == null) {
            first = network.run(start, List.of(name)).get(name);
        }
        long width = first == null ? 1 : first.size() / Math.max(1, Batches.rows(start));
        long bytes = width
                * options.classes().size(Batches.classes(network, feeds))
                * (network.precision() == Precision.FLOAT64 ? 8 : 4);
        return (int) Math.max(1, Math.min(1 << 20, COMFORTABLE / Math.max(1, bytes)));
    }

    /** Products by place, {@code [n][k][k]}. */
    static double[][][] of(ClassGradients g) {
        return of(g, BUDGET);
    }

    static double[][][] of(ClassGradients g, long budget) {
        int n = g.count();
        int k = g.rows();
        double[][][] gram = new double[n][k][k];
        try (NativeScope scope = NativeScope.values()) {
            ScalarType type = Tensors.type(g.input());
            long perClass = n * g.width() * (type == ScalarType.Double ? 8 : 4);
            boolean bytes = g.sign() && k * perClass > budget;
            long rowBytes = Math.max(1, bytes ? n * g.width() : perClass);
            int block = (int) Math.max(1, Math.min(k, budget / rowBytes));
            Tensor rows = torch.empty(
                    new long[] {n, block, g.width()},
                    Tensors.options(bytes ? ScalarType.Char : type),
                    Tensors.noFormat());
            if (block >= k) {
                g.write(rows);
                add(rows, rows, type, gram, 0, 0);
            } else {
                for (int from = 0; from < k; from += block) {
                    block(g, rows, from, Math.min(k, from + block), type, gram);
                }
            }
        }
        return gram;
    }

    private static void block(ClassGradients g, Tensor kept, int from, int to, ScalarType type, double[][][] gram) {
        for (int place = from; place < to; place++) {
            try (NativeScope scope = NativeScope.values()) {
                kept.select(1, place - from).copy_(g.row(place));
            }
        }
        Tensor rows = kept.narrow(1, 0, to - from);
        add(rows, rows, type, gram, from, from);
        for (int place = to; place < g.rows(); place++) {
            try (NativeScope scope = NativeScope.values()) {
                add(rows, g.row(place).unsqueeze(1), type, gram, from, place);
            }
        }
    }

    /** Adds the products of rows a and b, {@code [n, ka, d]} and {@code [n, kb, d]}, at their places and their mirror images. */
    private static void add(Tensor a, Tensor b, ScalarType type, double[][][] gram, int atA, int atB) {
        double[] sums = null;
        long width = a.size(2);
        int ka = (int) a.size(1);
        int kb = (int) b.size(1);
        for (long from = 0; from < Math.max(1, width); from += COLUMNS) {
            try (NativeScope scope = NativeScope.values()) {
                long length = Math.min(COLUMNS, width - from);
                Tensor left = a.narrow(2, from, length).to(type);
                Tensor right = b.narrow(2, from, length).to(type);
                double[] part =
                        Tensors.toArray(torch.bmm(left, right.transpose(1, 2))).toDoubles();
                if (sums == null) {
                    sums = part;
                } else {
                    for (int i = 0; i < part.length; i++) {
                        sums[i] += part[i];
                    }
                }
            }
        }
        if (sums == null) {
            return;
        }
        for (int n = 0; n < gram.length; n++) {
            for (int i = 0; i < ka; i++) {
                for (int j = 0; j < kb; j++) {
                    double v = sums[(n * ka + i) * kb + j];
                    gram[n][atA + i][atB + j] = v;
                    gram[n][atB + j][atA + i] = v;
                }
            }
        }
    }
}
