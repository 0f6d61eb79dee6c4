package dev.qualm.network;

import dev.qualm.QualmException;
import dev.qualm.ShapeException;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.engine.Engine;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.TensorLimit;
import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.operator.Inputs;
import dev.qualm.network.operator.Kernel;
import dev.qualm.network.operator.NodeContext;
import dev.qualm.network.operator.Operator;
import dev.qualm.network.operator.Operators;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** A graph compiled for one set of wanted tensors: kernels in order, numbered slots, known last uses. Immutable. */
/*
 * Compilation decides once what every run would decide again:
 * - only nodes that the wanted tensors need are kept;
 * - nodes of constants alone are computed now (exporters spell out shape arithmetic; weights behind Transpose or Cast);
 * - BatchNormalization is folded where nobody looks at the tensor before it and its weights are not differentiated;
 * - when nothing is recorded, convolutions are merged with what follows them, and a kernel overwrites its input if it is the only
 *   reader of freshly made memory (of some operators in recorded runs too);
 * - a value's handle is released after its last reader, so peak memory is that of the widest cut (autograd keeps what it needs).
 */
final class Plan implements AutoCloseable {
    /** What a plan is for. */
    enum Mode {
        /** Values only. */
        INFERENCE,
        /** Recorded for gradients to inputs and taps; weights are constants. */
        RECORDING,
        /** Recorded, weights may be replaced at each run and differentiated, layers act as in inference. */
        WEIGHTS,
        /** As WEIGHTS, with BatchNormalization and Dropout acting as in training. */
        TRAINING
    }

    /** Operators whose gradient needs their inputs or nothing, but not their output, which may then be overwritten. */
    private static final Set<String> FORGETTING = Set.of("Conv", "ConvTranspose", "Gemm", "Add", "Sub");

    /** Operators whose gradient is known from what they overwrite their input with. */
    private static final Set<String> OVERWRITING = Set.of("Relu", "Clip", "Add", "Sub");

    private record Step(Node node, Kernel kernel, int[] in, int[] out, int[] release) {}

    private final List<Step> steps = new ArrayList<>();
    private final Map<String, Integer> slots = new HashMap<>();
    private final List<String> slotNames = new ArrayList<>();
    private final Map<Integer, Array> constants = new HashMap<>();
    private final Set<Integer> foldedSlots = new HashSet<>();
    private final List<String> inputs = new ArrayList<>();
    private final WeightStore store;
    private final WeightStore folded;

    private Plan(WeightStore store, Precision precision) {
        this.store = store;
        this.folded = new WeightStore(precision);
    }

    /**
     * @param wanted names of the tensors the plan's runs may ask for
     * @throws UnsupportedModelException if an operator is missing, or an attribute has an unsupported value
     */
    static Plan compile(Graph whole, WeightStore store, Precision precision, Set<String> wanted, Mode mode) {
        Set<String> tensors = whole.tensors();
        for (String w : wanted) {
            if (!tensors.contains(w)
                    && !whole.initializers().containsKey(w)
                    && whole.inputs().stream().noneMatch(i -> i.name().equals(w))) {
                throw new UnsupportedModelException("There is no tensor '" + w + "'; the network has " + tensors);
            }
        }
        Graph graph = whole.prune(wanted);
        if (mode == Mode.INFERENCE || mode == Mode.RECORDING) {
            graph = BatchNormFolding.fold(graph, t -> !wanted.contains(t), precision == Precision.FLOAT64)
                    .prune(wanted);
        }
        if (mode == Mode.INFERENCE && precision == Precision.FLOAT32) {
            graph = Fusion.fuse(graph, wanted);
        }
        Plan plan = new Plan(store, precision);
        try {
            plan.build(graph, precision, wanted, mode);
            return plan;
        } catch (RuntimeException e) {
            plan.close();
            throw e;
        }
    }

    private void build(Graph graph, Precision precision, Set<String> wanted, Mode mode) {
        boolean frozen = mode == Mode.INFERENCE || mode == Mode.RECORDING;
        Map<String, Array> known = new HashMap<>();
        graph.initializers().forEach((name, a) -> {
            // Weights that may be replaced at run time must not be baked into kernels.
            if (frozen || !a.dtype().isFloating()) {
                known.put(name, a);
            }
        });
        graph.inputs().forEach(i -> {
            inputs.add(i.name());
            slot(i.name());
        });
        graph.initializers().forEach((name, a) -> constants.put(slot(name), a));

        Map<String, Integer> uses = new HashMap<>();
        Map<String, Integer> lastUse = new HashMap<>();
        List<Node> kept = new ArrayList<>();
        Map<Node, Kernel> kernels = new java.util.IdentityHashMap<>();
        List<String> problems = new ArrayList<>();
        for (Node node : graph.nodes()) {
            NodeContext context = new NodeContext(node, opset(graph, node), precision, mode == Mode.TRAINING, known);
            Kernel kernel;
            try {
                kernel = operator(node).factory().create(context);
            } catch (UnsupportedModelException e) {
                problems.add(named(node, e));
                continue;
            }
            if (known.keySet().containsAll(present(node.inputs())) && isDeterministic(node, mode)) {
                foldConstant(node, kernel, known);
                continue;
            }
            kernels.put(node, kernel);
            kept.add(node);
            node.inputs().forEach(i -> uses.merge(i, 1, Integer::sum));
        }
        if (!problems.isEmpty()) {
            throw new UnsupportedModelException(String.join("\n", problems));
        }
        for (int i = 0; i < kept.size(); i++) {
            for (String name : kept.get(i).inputs()) {
                lastUse.put(name, i);
            }
        }
        // Outputs in memory of their own that may be overwritten.
        Set<String> fresh = new HashSet<>();
        for (int i = 0; i < kept.size(); i++) {
            Node node = kept.get(i);
            Operator operator = operator(node);
            Kernel kernel = kernels.get(node);
            String first = node.input(0);
            boolean overwrites = mode == Mode.INFERENCE || mode == Mode.RECORDING && OVERWRITING.contains(node.op());
            if (overwrites
                    && operator.inPlace() != null
                    && fresh.contains(first)
                    && uses.getOrDefault(first, 0) == 1
                    && !wanted.contains(first)) {
                kernel = operator.inPlace().create(new NodeContext(node, opset(graph, node), precision, false, known));
            }
            if (!operator.aliases() && (mode == Mode.INFERENCE || FORGETTING.contains(node.op()))) {
                fresh.addAll(node.outputs());
            }
            List<Integer> release = new ArrayList<>();
            for (String name : new HashSet<>(node.inputs())) {
                if (!name.isEmpty()
                        && lastUse.getOrDefault(name, -1) == i
                        && !wanted.contains(name)
                        && !constants.containsKey(slot(name))
                        && !inputs.contains(name)) {
                    release.add(slot(name));
                }
            }
            steps.add(new Step(
                    node,
                    java.util.Objects.requireNonNull(kernel),
                    indices(node.inputs()),
                    indices(node.outputs()),
                    release.stream().mapToInt(Integer::intValue).toArray()));
        }
    }

    private void foldConstant(Node node, Kernel kernel, Map<String, Array> known) {
        try (NativeScope scope = NativeScope.values()) {
            @Nullable Tensor[] in = new Tensor[node.inputs().size()];
            for (int i = 0; i < in.length; i++) {
                Array a = known.get(node.input(i));
                in[i] = a == null ? null : constantTensor(slot(node.input(i)), a);
            }
            Tensor[] out = call(node, kernel, in);
            for (int i = 0; i < node.outputs().size(); i++) {
                String name = node.outputs().get(i);
                if (!name.isEmpty()) {
                    Tensor t = checked(node, out, i);
                    if (t.numel() > TensorLimit.elements()) {
                        throw tooLarge(node, t.numel());
                    }
                    Array value = Tensors.toArray(t);
                    known.put(name, value);
                    constants.put(slot(name), value);
                    foldedSlots.add(slot(name));
                }
            }
        }
    }

    /** Initializers live in the store that views share; values folded here live and die with the plan. */
    private Tensor constantTensor(int slot, Array array) {
        return foldedSlots.contains(slot) ? folded.get(array) : store.get(array);
    }

    private static boolean isDeterministic(Node node, Mode mode) {
        return !node.op().startsWith("Random")
                && !node.op().equals("Bernoulli")
                && !node.op().equals("Multinomial")
                && !(node.op().equals("Dropout") && mode == Mode.TRAINING);
    }

    private static List<String> present(List<String> names) {
        return names.stream().filter(n -> !n.isEmpty()).toList();
    }

    private static int opset(Graph graph, Node node) {
        return (int) (long) graph.opsets().getOrDefault(node.domain(), 1L);
    }

    private static Operator operator(Node node) {
        Operator operator = Operators.find(node.domain(), node.op());
        if (operator == null) {
            throw new UnsupportedModelException(node.label() + ": operator not supported");
        }
        return operator;
    }

    private int slot(String name) {
        return slots.computeIfAbsent(name, k -> {
            slotNames.add(k);
            return slotNames.size() - 1;
        });
    }

    private int[] indices(List<String> names) {
        return names.stream().mapToInt(n -> n.isEmpty() ? -1 : slot(n)).toArray();
    }

    /**
     * Computes the plan's tensors in the scope and gradient mode that the caller has open.
     *
     * @param feeds graph inputs by name
     * @param weights tensors to use in place of initializers; none unless the plan's mode allows it
     * @param atTensor called with each tensor named in {@code leaves} as it appears; what it returns is used onwards
     * @return values by name; those of released tensors are absent
     */
    Values run(
            Map<String, Tensor> feeds,
            Map<String, Tensor> weights,
            Set<String> leaves,
            UnaryOperator<Tensor> atTensor) {
        @Nullable Tensor[] values = new Tensor[slotNames.size()];
        constants.forEach((slot, array) -> values[slot] = weights.containsKey(slotNames.get(slot))
                ? weights.get(slotNames.get(slot))
                : constantTensor(slot, array));
        for (String name : inputs) {
            Tensor t = feeds.get(name);
            if (t == null) {
                throw new ShapeException(
                        "Input '" + name + "' is missing; the network needs " + inputs + ", found " + feeds.keySet());
            }
            values[slot(name)] = leaves.contains(name) ? atTensor.apply(t) : t;
        }
        long largest = 0;
        long limit = TensorLimit.elements();
        for (Step step : steps) {
            @Nullable Tensor[] in = new Tensor[step.in.length];
            for (int i = 0; i < in.length; i++) {
                in[i] = step.in[i] < 0 ? null : values[step.in[i]];
            }
            Tensor[] out = call(step.node, step.kernel, in);
            for (int i = 0; i < step.out.length; i++) {
                if (step.out[i] < 0) {
                    continue;
                }
                Tensor t = ownHandle(checked(step.node, out, i), in);
                largest = Math.max(largest, t.numel());
                if (largest > limit) {
                    throw tooLarge(step.node, largest);
                }
                values[step.out[i]] = leaves.contains(step.node.outputs().get(i)) ? atTensor.apply(t) : t;
            }
            for (int s : step.release) {
                Tensor t = values[s];
                values[s] = null;
                if (t != null) {
                    t.close();
                }
            }
        }
        return new Values(this, values, largest);
    }

    /**
     * Kernels may return an input itself, and the binding's in-place calls return a reference to the handle of their target.
     * A handle of its own lets either be released without the other.
     */
    private static Tensor ownHandle(Tensor out, @Nullable Tensor[] in) {
        for (Tensor t : in) {
            if (t != null && t.address() == out.address()) {
                return new Tensor(out);
            }
        }
        return out;
    }

    private static Tensor[] call(Node node, Kernel kernel, @Nullable Tensor[] in) {
        try {
            return kernel.run(new Inputs(in));
        } catch (UnsupportedModelException e) {
            throw new UnsupportedModelException(named(node, e), e);
        } catch (QualmException e) {
            throw e;
        } catch (RuntimeException e) {
            throw Engine.failure(node.label() + " with inputs " + describe(in), e);
        }
    }

    /** The error's message, with the node's name in front unless it is there. */
    private static String named(Node node, UnsupportedModelException e) {
        String message = String.valueOf(e.getMessage());
        return message.contains(node.label()) ? message : node.label() + ": " + message;
    }

    /** Output {@code i} of a node, which its kernel may not define. */
    private static Tensor checked(Node node, Tensor[] out, int i) {
        if (i >= out.length) {
            throw new UnsupportedModelException(
                    node.label() + ": output '" + node.outputs().get(i) + "' (number " + i + ") is not supported");
        }
        return out[i];
    }

    private static ShapeException tooLarge(Node node, long elements) {
        return new ShapeException(node.label() + ": its output has " + elements + " elements, expected at most "
                + TensorLimit.elements() + "; feed smaller batches, or raise -D" + TensorLimit.PROPERTY);
    }

    private static String describe(@Nullable Tensor[] in) {
        List<String> shapes = new ArrayList<>();
        for (Tensor t : in) {
            shapes.add(t == null ? "none" : Tensors.type(t) + java.util.Arrays.toString(Tensors.shape(t)));
        }
        return shapes.toString();
    }

    /**
     * The tensors of one run.
     *
     * @param largest number of elements of the largest tensor that was computed
     */
    record Values(Plan plan, @Nullable Tensor[] tensors, long largest) {
        Tensor get(String name) {
            Integer slot = plan.slots.get(name);
            Tensor t = slot == null ? null : tensors[slot];
            if (t == null) {
                throw new UnsupportedModelException("Tensor '" + name + "' was not kept in this run");
            }
            return t;
        }
    }

    @Override
    public void close() {
        steps.forEach(s -> s.kernel.close());
        folded.close();
    }
}
