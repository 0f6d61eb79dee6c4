package dev.qualm.detect.fitted;

import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.data.OutputKind;
import dev.qualm.detect.Evidence;
import dev.qualm.detect.Score;
import dev.qualm.detect.Work;
import dev.qualm.network.Network;
import dev.qualm.network.graph.ElementType;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The logits that a network gives from a layer on, of whose feature maps {@code X} (channels by positions, in one matrix per item) the
 * leading part {@code s1 u1 v1'} of the singular value decomposition is taken out.
 *
 * <p>The layer must be the only way from the input to the logits. Where the two largest singular values are equal, the part is not unique.
 *
 * @param layer name of a tensor {@code [n, c, ...]}, or {@link #LAST}
 */
record ReducedLogits(String layer) implements Quantity {
    /** The output of the last activation function that a convolution, a pooling or a change to vectors reads. */
    static final String LAST = "last";

    private static final Set<String> READ_MAPS = Set.of(
            "Conv",
            "MaxPool",
            "AveragePool",
            "GlobalAveragePool",
            "GlobalMaxPool",
            "ReduceMean",
            "ReduceMax",
            "Flatten",
            "Reshape");

    @Override
    public String name() {
        return "logits without the largest singular value of " + layer;
    }

    /** The rest of the network once more. */
    @Override
    public List<Work> work(int classes) {
        return List.of(Work.forwards(name(), Score.Source.LAYERS, 1));
    }

    @Override
    public Set<String> tensors(Network network) {
        String tensor = tensor(network);
        return tensor == null ? Set.of() : Set.of(tensor);
    }

    private @Nullable String tensor(Network network) {
        if (!layer.equals(LAST)) {
            return layer;
        }
        Graph graph = network.graph();
        String found = null;
        for (String activation : network.structure().activations()) {
            if (graph.consumers(activation).stream().anyMatch(n -> READ_MAPS.contains(n.op()))) {
                found = activation;
            }
        }
        return found;
    }

    @Override
    public @Nullable String refusal(Network network) {
        String tensor = tensor(network);
        if (tensor == null) {
            return "the network has no activation on feature maps; name a layer of more than one position";
        }
        String unknown = new Layers(tensor).refusal(network);
        if (unknown != null) {
            return unknown;
        }
        return rest(network, tensor) == null
                ? "the logits do not depend on the input through '" + tensor + "' alone; name a layer between blocks"
                : null;
    }

    /** What comes after a tensor, as a graph of its own; null if the logits depend on an input in another way too, or not on it. */
    private static @Nullable Graph rest(Network network, String tensor) {
        Graph graph = network.graph();
        Map<String, Node> producers = new HashMap<>();
        graph.nodes().forEach(n -> n.outputs().forEach(o -> producers.put(o, n)));
        String logits = network.structure().logits();
        Set<Node> kept = new LinkedHashSet<>();
        Set<String> seen = new LinkedHashSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(logits));
        while (!open.isEmpty()) {
            String name = open.pop();
            if (name.isEmpty() || !seen.add(name) || name.equals(tensor)) {
                continue;
            }
            Node producer = producers.get(name);
            if (producer != null) {
                if (kept.add(producer)) {
                    open.addAll(producer.inputs());
                }
            } else if (!graph.initializers().containsKey(name)) {
                return null;
            }
        }
        if (!seen.contains(tensor) || tensor.equals(logits) || kept.contains(producers.get(tensor))) {
            return null;
        }
        Map<String, Array> weights = new HashMap<>(graph.initializers());
        weights.keySet().retainAll(seen);
        return new Graph(
                graph.name(),
                graph.opsets(),
                List.of(new ValueInfo(tensor, ElementType.FLOAT, null)),
                List.of(new ValueInfo(logits, ElementType.FLOAT, null)),
                List.copyOf(kept),
                weights);
    }

    @Override
    public Rows read(Evidence evidence) {
        Network network = evidence.network();
        String tensor = tensor(network);
        Graph graph = tensor == null ? null : rest(network, tensor);
        if (tensor == null || graph == null) {
            throw new DetectorException("Expected a network that " + name() + " can be read of, but found " + network);
        }
        Array maps = evidence.tensor(tensor);
        int n = evidence.size();
        double[][] x = Quantity.items(tensor, maps, n);
        int positions = 1;
        for (int axis = 2; axis < maps.rank(); axis++) {
            positions *= maps.dim(axis);
        }
        DetectorException.require(
                maps.rank() > 2 && maps.dim(1) > 1 && positions > 1,
                RankFeat.ABOUT.name(),
                "a layer of several channels and positions as '" + tensor + "'",
                maps,
                "name another");
        boolean[] finite = new boolean[n];
        double[] flat = new double[maps.size()];
        for (int i = 0; i < n; i++) {
            finite[i] = Vectors.finite(x[i]);
            if (finite[i]) {
                System.arraycopy(withoutLeading(x[i], maps.dim(1), positions), 0, flat, i * x[i].length, x[i].length);
            }
        }
        Array changed = Array.of(flat, maps.shape());
        // What is compiled for the rest serves all batches.
        Network rest = evidence.shared()
                .get(
                        this,
                        Network.class,
                        () -> Network.of(
                                graph, network.precision(), network.structure().logits(), OutputKind.LOGITS));
        double[][] logits = Readings.rows(rest.logits(maps.dtype() == DType.FLOAT32 ? changed.asFloat32() : changed));
        for (int i = 0; i < n; i++) {
            if (!finite[i]) {
                Arrays.fill(logits[i], Double.NaN);
            }
        }
        return new Rows(logits, new int[] {n == 0 ? 0 : logits[0].length});
    }

    /*
     * The leading singular vector is the leading eigenvector of the smaller of X X' and X' X; taking out the projection on it takes out
     * s1 u1 v1'. Squaring costs no digits that matter: its error is that of the largest eigenvalue.
     */
    static double[] withoutLeading(double[] x, int channels, int positions) {
        boolean byChannels = channels <= positions;
        int m = byChannels ? channels : positions;
        int other = byChannels ? positions : channels;
        double[][] rows = new double[m][other];
        double largest = 0;
        for (double v : x) {
            largest = Math.max(largest, Math.abs(v));
        }
        if (largest == 0) {
            return x.clone();
        }
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < other; j++) {
                rows[i][j] = byChannels ? x[i * positions + j] : x[j * positions + i];
            }
        }
        double[][] gram = new double[m][m];
        for (int i = 0; i < m; i++) {
            for (int j = i; j < m; j++) {
                for (int e = 0; e < other; e++) {
                    gram[i][j] += rows[i][e] / largest * (rows[j][e] / largest);
                }
                gram[j][i] = gram[i][j];
            }
        }
        double[] u = Eigen.of(gram).vectors()[0];
        double[] projected = new double[other];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < other; j++) {
                projected[j] += u[i] * rows[i][j];
            }
        }
        double[] out = new double[x.length];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < other; j++) {
                out[byChannels ? i * positions + j : j * positions + i] = rows[i][j] - u[i] * projected[j];
            }
        }
        return out;
    }
}
