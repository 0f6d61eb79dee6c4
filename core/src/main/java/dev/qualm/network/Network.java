package dev.qualm.network;

import dev.qualm.ShapeException;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.data.OutputKind;
import dev.qualm.network.engine.Engine;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.ValueInfo;
import dev.qualm.network.onnx.OnnxReader;
import dev.qualm.network.operator.Operators;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A neural network that can be read, differentiated and changed.
 *
 * <p>Immutable and thread-safe: any number of threads may run it at once. {@link #with} returns a changed network that shares
 * every unchanged tensor; the original cannot be damaged. Close each network; the order does not matter. Closing while runs
 * are under way lets them finish.
 */
public final class Network implements Forward, AutoCloseable {
    private final Graph graph;
    private final Precision precision;
    private final Structure structure;
    private final NetworkPlans plans;
    private final BatchRule batchRule;

    private Network(
            Graph graph, Precision precision, Structure structure, NetworkPlans plans, @Nullable BatchRule batchRule) {
        this.graph = graph;
        this.precision = precision;
        this.structure = structure;
        this.plans = plans;
        this.batchRule = batchRule == null ? new BatchRule(this) : batchRule.of(this);
    }

    /** Reads an ONNX file, to compute in float32. */
    public static Network load(Path file) {
        return load(file, Precision.FLOAT32);
    }

    /**
     * Reads an ONNX file.
     *
     * @throws dev.qualm.UnreadableFileException if it is not an ONNX model, or damaged
     * @throws dev.qualm.UnsupportedModelException if it needs operators or forms that Qualm does not have; all are listed
     */
    public static Network load(Path file, Precision precision) {
        return of(read(file), precision);
    }

    /** The graph of an ONNX file whose operators Qualm all has. */
    public static Graph read(Path file) {
        return reader().read(file);
    }

    /** The reader that {@link #read} uses, for models in memory. */
    public static OnnxReader reader() {
        return new OnnxReader((domain, type) -> Operators.find(domain, type) != null);
    }

    /** A network over a graph, computing in the given precision; output kind and logits are found from the graph. */
    public static Network of(Graph graph, Precision precision) {
        return of(graph, precision, null, null);
    }

    /**
     * A network over a graph.
     *
     * @param output name of the output (or any tensor) that holds the classifier's answer, or null to choose
     * @param kind what it holds, or null to find out
     * @throws dev.qualm.UnsupportedModelException if the graph needs something Qualm does not have
     */
    public static Network of(Graph graph, Precision precision, @Nullable String output, @Nullable OutputKind kind) {
        Engine.load();
        Network network = new Network(
                graph, precision, Structure.of(graph, output, kind), NetworkPlans.of(graph, precision), null);
        // Compile now, so that an unsupported attribute is found when the model is loaded, not at the first prediction.
        Set<String> wanted = new LinkedHashSet<>(Set.of(network.structure.output()));
        graph.outputs().forEach(o -> wanted.add(o.name()));
        try {
            network.plan(wanted, Plan.Mode.INFERENCE);
            return network;
        } catch (RuntimeException e) {
            network.close();
            throw e;
        }
    }

    public Graph graph() {
        return graph;
    }

    public Precision precision() {
        return precision;
    }

    /** Where the logits, the head, the layers and the activations are. */
    public Structure structure() {
        return structure;
    }

    public List<ValueInfo> inputs() {
        return graph.inputs();
    }

    /** The only input. */
    public ValueInfo input() {
        if (graph.inputs().size() != 1) {
            throw new ShapeException(
                    "The network has " + graph.inputs().size() + " inputs, " + graph.inputs() + "; give each by name");
        }
        return graph.inputs().get(0);
    }

    /** A changed network; see {@link View}. */
    public Network with(View view) {
        Graph changed = rounded(view.apply(graph));
        NetworkPlans shared = plans.with(changed);
        // Where only weights differ, all that was found out about the network still holds.
        boolean same = shared.root() == plans.root();
        Structure found = same ? structure : Structure.of(changed, structure.output(), structure.kind());
        return new Network(changed, precision, found, shared, same ? batchRule : null);
    }

    /** Whether {@code other} and this differ in nothing but weights, so that their runs can share what comes before these. */
    boolean isVariantOf(Network other) {
        return precision == other.precision && plans.root() == other.plans.root();
    }

    /** In a float32 network, float64 values put in place of float32 weights are rounded; a float64 network keeps their digits. */
    private Graph rounded(Graph changed) {
        if (precision == Precision.FLOAT64) {
            return changed;
        }
        Map<String, Array> single = new HashMap<>();
        changed.initializers().forEach((name, value) -> {
            Array old = graph.initializers().get(name);
            if (old != null && old.dtype() == DType.FLOAT32 && value.dtype() == DType.FLOAT64) {
                single.put(name, value.asFloat32());
            }
        });
        return single.isEmpty() ? changed : changed.withInitializers(single);
    }

    /** The same network in another precision. */
    public Network to(Precision other) {
        return new Network(graph, other, structure, NetworkPlans.of(graph, other), null);
    }

    /** Logits of a batch, {@code [n, classes]}; logarithms of probabilities where the graph holds no logits. */
    public Array logits(Array batch) {
        return logits(Map.of(input().name(), batch));
    }

    /** Logits of a batch given by input name. */
    public Array logits(Map<String, Array> batch) {
        return logits(batch, Workers.caller());
    }

    /** As {@link #logits(Map)}, with the micro-batches spread over workers; the result is the same bit for bit. */
    public Array logits(Map<String, Array> batch, Workers workers) {
        if (structure.kind() == OutputKind.OTHER) {
            throw new UnsupportedModelException("The network has no logits: expected a float output, but found "
                    + graph.outputs() + "; run it with run(...)");
        }
        Map<String, Array> out = run(batch, List.of(structure.logits()), workers);
        return asLogits(java.util.Objects.requireNonNull(out.get(structure.logits())));
    }

    /**
     * Values of {@link Structure#logits()} as {@code [n, classes]}; probabilities become their logarithms, which equal the logits
     * up to a shift per sample.
     */
    public Array asLogits(Array raw) {
        Array flat = raw.rank() == 2 ? raw : raw.reshape(raw.rank() == 0 ? 1 : raw.dim(0), -1);
        if (structure.trueLogits() || structure.kind() == OutputKind.LOG_PROBABILITIES) {
            return flat;
        }
        double[] log = flat.toDoubles().clone();
        for (int i = 0; i < log.length; i++) {
            log[i] = Math.log(log[i]);
        }
        Array a = Array.of(log, flat.shape());
        return precision == Precision.FLOAT64 ? a : a.asFloat32();
    }

    /** Tensors of the only input's batch by name, micro-batched; axis 0 is the batch. */
    public Map<String, Array> run(Array batch, Collection<String> wanted) {
        return run(Map.of(input().name(), batch), wanted);
    }

    /**
     * Computes tensors by name. Batches are cut into micro-batches that suit the caches and joined again.
     *
     * @param feeds a value per input
     * @param wanted names of tensors: outputs, activations, initializers
     */
    @Override
    public Map<String, Array> run(Map<String, Array> feeds, Collection<String> wanted) {
        return run(feeds, wanted, Workers.caller());
    }

    /** As {@link #run(Map, Collection)}, with the micro-batches spread over workers; the result is the same bit for bit. */
    public Map<String, Array> run(Map<String, Array> feeds, Collection<String> wanted, Workers workers) {
        return batchRule.run(checked(feeds), new LinkedHashSet<>(wanted), workers);
    }

    /** As {@link #run(Map, Collection)}, but in one run of exactly these arrays: axis 0 need not be a batch. */
    public Map<String, Array> runWhole(Map<String, Array> feeds, Collection<String> wanted) {
        return runOnce(checked(feeds), new LinkedHashSet<>(wanted));
    }

    /**
     * As {@link #runWhole}, for callers that want less than a copy of what was computed.
     *
     * @param use given the native tensors by name, which live until it returns
     */
    public <T> T runWhole(
            Map<String, Array> feeds, Collection<String> wanted, Function<Function<String, Tensor>, T> use) {
        Map<String, Array> checked = checked(feeds);
        begin();
        try (NativeScope scope = NativeScope.values()) {
            Plan plan = plan(new LinkedHashSet<>(wanted), Plan.Mode.INFERENCE);
            PassCount.forward(checked);
            return use.apply(plan.run(tensors(checked), Map.of(), Set.of(), UnaryOperator.identity())::get);
        } finally {
            end();
        }
    }

    /**
     * As {@link #runWhole}, for callers that reduce tensors to a few numbers: each is shown right behind the operator that computes it,
     * and is then released or overwritten as if nobody had asked for it. The run ends with the last of them.
     *
     * @param watched names of tensors that operators compute
     * @param watcher given each name and its native tensor, which lives until it returns and must not be changed
     */
    public void watch(Map<String, Array> feeds, Collection<String> watched, BiConsumer<String, Tensor> watcher) {
        Map<String, Array> checked = checked(feeds);
        Set<String> names = new LinkedHashSet<>(watched);
        begin();
        PassCount.forward(checked);
        try (NativeScope scope = NativeScope.values()) {
            plans.passing(names).watch(tensors(checked), names, (name, t) -> {
                // Views of a tensor would keep its memory from being used again.
                try (NativeScope one = NativeScope.values()) {
                    watcher.accept(name, t);
                }
            });
        } finally {
            end();
        }
    }

    /** How a batch is cut; for callers that record their own tapes. */
    public int microBatch(Map<String, Array> feeds) {
        return batchRule.rows(checked(feeds));
    }

    /** Whether the model only takes the batch size it was exported with, so that it runs sample by sample. */
    public boolean isSampleBySample(Map<String, Array> feeds) {
        return batchRule.isSampleBySample(checked(feeds));
    }

    /** One run of the whole batch as given. */
    Map<String, Array> runOnce(Map<String, Array> feeds, Set<String> wanted) {
        return runParts(1, i -> feeds, wanted, Workers.caller()).get(0);
    }

    /** A run for each of several batches. All of them, or none: the network may be closed meanwhile. */
    List<Map<String, Array>> runParts(
            int count, IntFunction<Map<String, Array>> feeds, Set<String> wanted, Workers workers) {
        begin();
        try {
            Plan plan = plan(wanted, Plan.Mode.INFERENCE);
            return workers.map(count, i -> run(plan, feeds.apply(i), wanted));
        } finally {
            end();
        }
    }

    private Map<String, Array> run(Plan plan, Map<String, Array> feeds, Set<String> wanted) {
        PassCount.forward(feeds);
        try (NativeScope scope = NativeScope.values()) {
            Plan.Values values = plan.run(tensors(feeds), Map.of(), Set.of(), UnaryOperator.identity());
            Map<String, Array> out = new LinkedHashMap<>();
            for (String name : wanted) {
                out.put(name, Tensors.toArray(values.get(name)));
            }
            return out;
        }
    }

    /** Elements of the largest tensor when the given feeds run; for choosing micro-batches. */
    long largestTensor(Map<String, Array> feeds, Set<String> wanted) {
        begin();
        try (NativeScope scope = NativeScope.values()) {
            return plan(wanted, Plan.Mode.INFERENCE)
                    .run(tensors(feeds), Map.of(), Set.of(), UnaryOperator.identity())
                    .largest();
        } finally {
            end();
        }
    }

    /** Native inputs; images go channels-last, which every convolution then keeps. */
    Map<String, Tensor> tensors(Map<String, Array> feeds) {
        Map<String, Tensor> out = new HashMap<>();
        feeds.forEach((name, a) -> {
            Tensor t = Tensors.of(a, precision);
            out.put(
                    name,
                    a.rank() == 4 && a.dtype().isFloating()
                            ? t.contiguous(org.bytedeco.pytorch.global.torch.MemoryFormat.ChannelsLast)
                            : t);
        });
        return out;
    }

    Map<String, Array> checked(Map<String, Array> feeds) {
        Map<String, Array> out = new LinkedHashMap<>();
        for (ValueInfo in : graph.inputs()) {
            Array a = feeds.get(in.name());
            if (a == null) {
                throw new ShapeException("Input '" + in.name() + "' is missing: expected " + graph.inputs()
                        + ", but found " + feeds.keySet());
            }
            out.put(in.name(), InputCheck.check(in, a, precision));
        }
        return out;
    }

    Plan plan(Set<String> wanted, Plan.Mode mode) {
        return plans.plan(wanted, mode);
    }

    /**
     * The plans for gradients at the input, or null if there are none.
     *
     * @param feeds an example of the inputs, which tells the tensors' shapes
     * @param kept further tensors that the forward pass keeps
     */
    @Nullable
    GradientPlans gradientPlans(Map<String, Array> feeds, Set<String> kept) {
        return plans.gradientPlans(feeds, structure, kept, () -> tensors(feeds));
    }

    /** A store of the native weights that outlives this network. */
    WeightStore shareWeights() {
        return plans.shareWeights();
    }

    /** Holds the native weights until the matching {@link #end}. */
    void begin() {
        plans.begin();
    }

    void end() {
        plans.end();
    }

    /** Frees the native memory once the runs under way have ended. May be called twice. */
    @Override
    public void close() {
        plans.close();
    }

    /** Name, inputs and outputs in one line. */
    @Override
    public String toString() {
        return "Network " + graph.name() + " " + graph.inputs() + " -> " + graph.outputs() + ", " + precision;
    }
}
