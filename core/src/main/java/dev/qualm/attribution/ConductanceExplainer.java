package dev.qualm.attribution;

import dev.qualm.ShapeException;
import dev.qualm.Status;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.data.OutputKind;
import dev.qualm.network.ExtendedNetwork;
import dev.qualm.network.GradientRules;
import dev.qualm.network.GraphWriter;
import dev.qualm.network.Network;
import dev.qualm.network.ReversePass;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.ElementType;
import dev.qualm.network.graph.ValueInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** {@link LayerConductance} on one network. Thread-safe. */
/*
 * The points of a few inputs go through the network together, point by point of all of them. Steps within a run are summed by nodes of its
 * graph as soon as the reverse pass has reached a layer: there it is at hand in the caches, and can be freed or overwritten next. Where a path
 * takes several runs, of the earlier one the last point is kept for the step between.
 */
public final class ConductanceExplainer implements AutoCloseable {
    private static final String CLASSES = "classes";
    private static final String POINTS = "points";
    private static final String LOGITS = "logits";

    private final LayerConductance method;
    private final Network network;
    private final Target target;
    private final List<String> layers;
    private final Set<String> affine = ConcurrentHashMap.newKeySet();
    private final ExtendedNetwork extended;
    private final Map<String, double[]> baselines = new ConcurrentHashMap<>();
    private volatile boolean written;

    ConductanceExplainer(LayerConductance method, Network network, Target target) {
        check(network);
        this.method = method;
        // A view of its own, so that the network may be closed before.
        this.network = network.with(graph -> graph);
        this.target = target;
        this.layers = method.layers(network);
        if (layers.isEmpty() || network.structure().kind() == OutputKind.OTHER) {
            throw new UnsupportedModelException(
                    "Expected a network with logits and activations, or names of layers, but found "
                            + network.structure());
        }
        this.extended = ExtendedNetwork.of(network, layers, this::write);
    }

    private static void check(Network network) {
        if (network.inputs().size() != 1) {
            throw new UnsupportedModelException("Conductance follows a line to one input: expected a network of one"
                    + " input of floats, but found " + network.inputs() + "; make all but one constants of the graph");
        }
        if (!network.input().type().isFloating()) {
            throw new UnsupportedModelException("Conductance changes the values of its input: expected an input of"
                    + " floats, but found " + network.input() + "; export the model from its embeddings on, and"
                    + " give those");
        }
    }

    private ExtendedNetwork.Names write(GraphWriter w) {
        String logits = network.structure().logits();
        String classes = w.input(new ValueInfo(w.fresh(CLASSES), ElementType.INT64, List.of(ValueInfo.Dim.of(-1))));
        String seed = GraphExplainer.seed(w, network.structure(), target, classes);
        String points = w.input(new ValueInfo(w.fresh(POINTS), ElementType.INT64, List.of()));
        Map<String, String> outputs = new LinkedHashMap<>(Map.of(LOGITS, logits));
        ReversePass pass =
                ReversePass.write(w, Map.of(logits, seed), network.structure().differentiable(), step -> {
                    // Before the reverse pass goes on, which may overwrite what arrived.
                    step.arrived()
                            .forEach((o, gradient) ->
                                    sum(w, step.node().outputs().get(o), gradient, points, outputs));
                    return GradientRules.GRADIENT.apply(step);
                });
        boolean linear = target.quantity() == Quantity.LOGIT || target.quantity() == Quantity.MARGIN;
        for (String layer : layers) {
            String gradient = pass.at(layer);
            if (w.shape(layer) == null || gradient == null) {
                throw new UnsupportedModelException("Layer '" + layer
                        + "': expected a float tensor between the input and the logits; the network has "
                        + w.graph().tensors());
            }
            sum(w, layer, gradient, points, outputs);
            if (linear && target.quantity() == Quantity.LOGIT && AffineSuffix.of(w, layer, logits)) {
                affine.add(layer);
            }
        }
        return new ExtendedNetwork.Names(Map.of(CLASSES, classes, POINTS, points), outputs);
    }

    private void sum(GraphWriter w, String layer, String gradient, String points, Map<String, String> outputs) {
        if (layers.contains(layer) && w.shape(layer) != null && !outputs.containsKey("s:" + layer)) {
            Attributes how = Attributes.NONE
                    .with("rule", method.rule().label())
                    .with("positions", method.positions() == LayerConductance.Positions.EACH ? 0L : 1L);
            outputs.put("s:" + layer, w.own("PathSum", List.of(layer, gradient, points), how));
            outputs.put("a:" + layer, w.own("PathEnds", layer, points));
            outputs.put("g:" + layer, w.own("PathEnds", gradient, points));
            outputs.put("n:" + layer, w.node("Shape", layer));
        }
    }

    /**
     * Conductance of a batch.
     *
     * @param batch inputs, {@code [n, ...]}
     * @param classes to explain, {@code [n]}; {@link MapFunction#PREDICTED} for the predicted class
     */
    public LayerConductance.Result explain(Array batch, int[] classes) {
        LayerConductance.Result found = explain(batch, classes, network.logits(batch));
        return new LayerConductance.Result(
                found.layers(),
                found.closedForm(),
                found.residuals(),
                found.classes(),
                found.status(),
                found.passes() + 1,
                method.provenance(target, found.passes() + 1));
    }

    /**
     * As {@link #explain(Array, int[])} of a batch whose logits are known, which spares a forward pass.
     *
     * @param known the network's logits of the batch, {@code [n, classes]}
     */
    public LayerConductance.Result explain(Array batch, int[] classes, Array known) {
        MicroBatches.check(batch, classes);
        int n = classes.length;
        if (n == 0) {
            throw new ShapeException("Expected at least one input, but found " + batch);
        }
        Array origin = method.baseline().item(batch.shape(), network.precision() == Precision.FLOAT32);
        double[] originLogits = baselines.computeIfAbsent(
                Arrays.toString(origin.shape()), k -> network.logits(origin).toDoubles());
        double[][] logits = Results.rows(known);
        int[] resolved = new int[n];
        double[] change = new double[n];
        List<Status> status = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            resolved[i] = Results.chosen(classes[i], logits[i]);
            change[i] = target.quantity().of(logits[i], resolved[i])
                    - target.quantity().of(originLogits, resolved[i]);
            status.add(Double.isFinite(change[i]) ? Status.OK : Status.nonFinite("the explained output is not finite"));
        }
        if (!written) {
            // Writing the reverse pass tells which layers need no path. Two rows, as the points of a path are several.
            Array first = batch.slice(0, 1);
            extended.run(
                    feeds(Array.concat(List.of(first, first)), new int[] {resolved[0], resolved[0]}, 1),
                    List.of(LOGITS));
            written = true;
        }
        boolean closed = affine.containsAll(layers);
        Quadrature path = closed ? Quadrature.trapezoid(1) : method.path();
        PathRule rule = closed ? PathRule.RIGHT : method.rule();
        Map<String, List<Array>> parts = new LinkedHashMap<>();
        Map<String, double[]> sums = new LinkedHashMap<>();
        layers.forEach(layer -> sums.put(layer, new double[n]));
        int most = MicroBatches.rows(network, batch);
        boolean fixed = MicroBatches.isFixed(network, batch);
        int inputs = Math.max(1, most / path.size());
        for (int from = 0; from < n; from += inputs) {
            int to = Math.min(n, from + inputs);
            int[] c = Arrays.copyOfRange(resolved, from, to);
            ConductanceSums s = new ConductanceSums(layers, rule, method.positions());
            // Points of one path share their weights' way through the caches, and a run for all of them keeps nothing.
            int points = (fixed ? 1 : 2) * Math.max(1, most / (to - from));
            run(batch.slice(from, to), origin, c, path, points, fixed, s);
            for (String layer : layers) {
                parts.computeIfAbsent(layer, k -> new ArrayList<>()).add(s.values(layer));
                System.arraycopy(s.totals(layer), 0, sums.get(layer), from, to - from);
            }
        }
        Map<String, Array> values = new LinkedHashMap<>();
        parts.forEach((layer, list) -> values.put(layer, list.size() == 1 ? list.get(0) : Array.concat(list)));
        for (int i = 0; i < n; i++) {
            int row = i;
            if (status.get(i).isOk() && values.values().stream().allMatch(a -> isZero(a, row))) {
                status.set(i, Status.zeroGradient("the conductance is zero everywhere"));
            }
        }
        sums.values().forEach(s -> Arrays.setAll(s, i -> s[i] - change[i]));
        double passes = 2.0 * path.size();
        return new LayerConductance.Result(
                values, closed ? layers : List.of(), sums, resolved, status, passes, method.provenance(target, passes));
    }

    private static boolean isZero(Array values, int row) {
        int size = values.size() / values.dim(0);
        for (int k = row * size; k < (row + 1) * size; k++) {
            if (values.get(k) != 0) {
                return false;
            }
        }
        return true;
    }

    private void run(
            Array rows, Array origin, int[] classes, Quadrature path, int most, boolean fixed, ConductanceSums sums) {
        int runs = (path.size() + most - 1) / most;
        // Runs of about one size, but for models that take one size only.
        int size = fixed ? most : (path.size() + runs - 1) / runs;
        List<String> wanted = new ArrayList<>();
        for (String layer : layers) {
            wanted.add("s:" + layer);
            if (method.positions() == LayerConductance.Positions.MEAN) {
                wanted.add("n:" + layer);
            }
            if (runs > 1) {
                wanted.addAll(List.of("a:" + layer, "g:" + layer));
            }
        }
        try (sums) {
            for (int from = 0; from < path.size(); from += size) {
                int to = Math.min(path.size(), from + size);
                int[] c = repeated(classes, to - from);
                extended.run(feeds(points(rows, origin, path, from, to), c, to - from), wanted, values -> {
                    sums.add(values, runs > 1);
                    return null;
                });
            }
        }
    }

    private static int[] repeated(int[] classes, int points) {
        int[] c = new int[points * classes.length];
        for (int r = 0; r < c.length; r++) {
            c[r] = classes[r % classes.length];
        }
        return c;
    }

    /** Points {@code from} to {@code to} of all rows, point by point. */
    private Array points(Array rows, Array origin, Quadrature path, int from, int to) {
        int n = rows.dim(0);
        int size = rows.size() / n;
        double[] x = rows.toDoubles();
        double[] x0 = origin.toDoubles();
        int[] shape = rows.shape();
        shape[0] = (to - from) * n;
        double[] out = new double[shape[0] * size];
        for (int k = from; k < to; k++) {
            double t = path.nodes()[k];
            for (int i = 0; i < n * size; i++) {
                double start = x0[i % size];
                out[(k - from) * n * size + i] = start + t * (x[i] - start);
            }
        }
        Array array = Array.of(out, shape);
        return network.precision() == Precision.FLOAT32 ? array.asFloat32() : array;
    }

    private Map<String, Array> feeds(Array rows, int[] classes, int points) {
        long[] c = Arrays.stream(classes).asLongStream().toArray();
        return Map.of(
                network.input().name(), rows, CLASSES, Array.of(c, c.length), POINTS, Array.of(new long[] {points}));
    }

    /** Whether a layer needs no path; known once a batch was explained. */
    boolean isClosedForm(String layer) {
        return affine.contains(layer);
    }

    @Override
    public void close() {
        extended.close();
        network.close();
    }
}
