package dev.qualm.network;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a network's batches are cut: rows per micro-batch, and whether the model can take more than one row at all. */
/*
 * Exporters bake the batch size they saw into Reshape and Expand constants. Such a model either fails on another batch or,
 * worse, mixes samples. Where the graph gives reason for doubt (a declared batch size, or a constant target shape with a fixed
 * first dimension) two samples are run together and apart once; if the results differ, the model runs sample by sample.
 */
final class BatchRule {
    /** Tensors of about this size stay in the second-level cache; measured best at 7 to 16 images of 3x32x32. */
    private static final long TENSOR_BYTES = 1 << 20;

    private static final int MAX_ROWS = 512;

    private final Network network;
    private volatile int rows;
    private volatile @Nullable Boolean sampleBySample;

    BatchRule(Network network) {
        this.network = network;
    }

    /** The same rule for a network that differs in weights alone. */
    BatchRule of(Network other) {
        BatchRule rule = new BatchRule(other);
        rule.rows = rows;
        rule.sampleBySample = sampleBySample;
        return rule;
    }

    /** Computes the wanted tensors, a micro-batch at a time, on any of the workers. */
    Map<String, Array> run(Map<String, Array> feeds, Set<String> wanted, Workers workers) {
        int n = batch(feeds);
        int whole = filled(n, feeds);
        if (whole > n) {
            Map<String, Array> out = new LinkedHashMap<>();
            run(select(feeds, whole), wanted, workers).forEach((name, a) -> out.put(name, first(name, a, n, whole)));
            return out;
        }
        int chunk = n <= 1 ? n : rows(feeds);
        if (n <= chunk) {
            return network.runOnce(feeds, wanted);
        }
        // Parts as equal as can be, but for models that take one size only.
        boolean fixed = isSampleBySample(feeds);
        int count = (n + chunk - 1) / chunk;
        List<Map<String, Array>> parts = network.runParts(
                count,
                i -> fixed
                        ? slice(feeds, i * chunk, Math.min(n, (i + 1) * chunk))
                        : slice(feeds, (int) ((long) i * n / count), (int) ((i + 1L) * n / count)),
                wanted,
                workers);
        Map<String, Array> out = new LinkedHashMap<>();
        for (String name : wanted) {
            List<Array> list = parts.stream()
                    .map(p -> java.util.Objects.requireNonNull(p.get(name)))
                    .toList();
            out.put(name, network.graph().initializers().containsKey(name) ? list.get(0) : Array.concat(list));
        }
        return out;
    }

    /** Rows per micro-batch for such inputs. */
    int rows(Map<String, Array> feeds) {
        if (batch(feeds) <= 1) {
            return 1;
        }
        if (isSampleBySample(feeds)) {
            return declaredBatch();
        }
        int most = mostRows(feeds);
        int n = batch(feeds);
        int parts = (n + most - 1) / most;
        // Parts of one size and an even number of them, or the last workers wait for each other.
        return parts <= 1 ? most : (n + parts + parts % 2 - 1) / (parts + parts % 2);
    }

    private int mostRows(Map<String, Array> feeds) {
        if (rows == 0) {
            Set<String> wanted = Set.of(network.structure().output());
            long perRow = Math.max(1, network.largestTensor(slice(feeds, 0, 1), wanted))
                    * (network.precision() == Precision.FLOAT64 ? 8 : 4);
            rows = (int) Math.max(4, Math.min(MAX_ROWS, TENSOR_BYTES / perRow));
        }
        return rows;
    }

    /** Rows to fill a batch up to, for models that only take a certain number above one: its next multiple. */
    private int filled(int n, Map<String, Array> feeds) {
        int declared = declaredBatch();
        boolean same = network.inputs().stream().allMatch(i -> i.dim(0) == declared);
        if (n == 0 || declared <= 1 || n % declared == 0 || !same) {
            return n;
        }
        return isSampleBySample(n > 1 ? feeds : select(feeds, 2)) ? (n + declared - 1) / declared * declared : n;
    }

    /** The first rows of a batch; behind the last one, that one again. */
    private static Map<String, Array> select(Map<String, Array> feeds, int rows) {
        Map<String, Array> out = new LinkedHashMap<>();
        feeds.forEach((name, a) -> {
            int[] from = new int[rows];
            for (int i = 0; i < rows; i++) {
                from[i] = Math.min(i, a.dim(0) - 1);
            }
            out.put(name, a.select(from));
        });
        return out;
    }

    /** What belongs to the first {@code n} of {@code whole} rows. */
    private Array first(String name, Array a, int n, int whole) {
        boolean batched = !network.graph().initializers().containsKey(name) && a.rank() > 0 && a.dim(0) % whole == 0;
        return batched ? a.slice(0, a.dim(0) / whole * n) : a;
    }

    private int declaredBatch() {
        long declared = network.inputs().get(0).dim(0);
        return declared > 0 ? (int) Math.min(declared, MAX_ROWS) : 1;
    }

    boolean isSampleBySample(Map<String, Array> feeds) {
        Boolean known = sampleBySample;
        if (known == null) {
            if (!isSuspicious(network.graph())) {
                known = false;
            } else if (batch(feeds) < 2) {
                return false;
            } else {
                known = !batchEqualsSingles(feeds);
            }
            sampleBySample = known;
        }
        return known;
    }

    private static boolean isSuspicious(Graph graph) {
        if (graph.inputs().stream().anyMatch(i -> i.dim(0) > 0)) {
            return true;
        }
        for (Node n : graph.nodes()) {
            Array shape = n.op().equals("Reshape") || n.op().equals("Expand")
                    ? graph.initializers().get(n.input(1))
                    : null;
            if (shape != null && shape.dtype() == DType.INT64 && shape.size() > 0 && shape.get(0) > 0) {
                return true;
            }
        }
        return false;
    }

    private boolean batchEqualsSingles(Map<String, Array> feeds) {
        Set<String> wanted = Set.of(network.structure().output());
        String name = network.structure().output();
        try {
            Array both = network.runOnce(slice(feeds, 0, 2), wanted).get(name);
            Array first = network.runOnce(slice(feeds, 0, 1), wanted).get(name);
            Array second = network.runOnce(slice(feeds, 1, 2), wanted).get(name);
            if (both == null
                    || first == null
                    || second == null
                    || both.rank() == 0
                    || !Arrays.equals(first.shape(), second.shape())
                    || both.dim(0) != 2 * first.dim(0)
                    || both.size() != 2 * first.size()) {
                return false;
            }
            double scale = 1e-12;
            double gap = 0;
            for (int i = 0; i < both.size(); i++) {
                double single = i < first.size() ? first.get(i) : second.get(i - first.size());
                scale = Math.max(scale, Math.abs(single));
                gap = Math.max(gap, Math.abs(single - both.get(i)));
            }
            return gap <= 1e-3 * scale;
        } catch (QualmException e) {
            return false; // cannot take two samples at once
        }
    }

    private static int batch(Map<String, Array> feeds) {
        int n = -1;
        for (Array a : feeds.values()) {
            int rows = a.rank() == 0 ? 1 : a.dim(0);
            n = n < 0 ? rows : n == rows ? n : 1; // inputs without a common batch axis are not cut
        }
        return Math.max(n, 0);
    }

    static Map<String, Array> slice(Map<String, Array> feeds, int from, int to) {
        Map<String, Array> out = new LinkedHashMap<>();
        feeds.forEach((name, a) -> out.put(name, a.slice(from, to)));
        return out;
    }
}
