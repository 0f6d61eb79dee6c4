package dev.qualm.network;

import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.Plan.Constant;
import dev.qualm.network.Plan.Mode;
import dev.qualm.network.Plan.Step;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.TensorLimit;
import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.operator.Kernel;
import dev.qualm.network.operator.NodeContext;
import dev.qualm.network.operator.Operator;
import dev.qualm.network.operator.Operators;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Makes plans of graphs.
 *
 * @param wanted tensors that are kept to the end of a run
 */
/*
 * Compilation decides once what every run would decide again:
 * - only nodes that the wanted tensors need are kept;
 * - nodes of constants alone are computed now (exporters spell out shape arithmetic; weights behind Transpose or Cast);
 * - BatchNormalization is folded where nobody looks at the tensor before it and its weights are not differentiated;
 * - when nothing is recorded, convolutions are merged with what follows them, and a kernel overwrites its input if it is the last
 *   reader of freshly made memory (the only one, of some operators, in recorded runs);
 * - a value's handle is released after its last reader, so peak memory is that of the widest cut (autograd keeps what it needs).
 */
record PlanCompiler(Map<String, Long> opsets, WeightStore store, Precision precision, Set<String> wanted, Mode mode) {
    /** Operators whose gradient needs their inputs or nothing, but not their output, which may then be overwritten. */
    private static final Set<String> FORGETTING = Set.of("Conv", "ConvTranspose", "Gemm", "Add", "Sub");

    /** Operators whose gradient is known from what they overwrite their input with. */
    private static final Set<String> OVERWRITING = Set.of("Relu", "Clip", "Add", "Sub");

    /** Operators that may overwrite either input. */
    private static final Set<String> COMMUTATIVE = Set.of("Add", "Mul");

    /** What a plan owns. */
    final class Parts {
        private final WeightStore own = new WeightStore(precision);
        private final List<Kernel> kernels = new ArrayList<>();

        WeightStore own() {
            return own;
        }

        List<Kernel> kernels() {
            return kernels;
        }

        Kernel kernel(Node node, Map<String, Array> known, boolean inPlace) {
            Operator operator = operator(node);
            Operator.Factory factory = inPlace ? Objects.requireNonNull(operator.inPlace()) : operator.factory();
            int opset = (int) (long) opsets.getOrDefault(node.domain(), 1L);
            Kernel kernel =
                    factory.create(new NodeContext(node, opset, precision, mode == Mode.TRAINING && !inPlace, known));
            kernels.add(kernel);
            return kernel;
        }

        /** The outputs of a node of constants alone. */
        Map<String, Array> fold(Node node, Kernel kernel, Function<String, @Nullable Constant> constants) {
            Map<String, Array> results = new LinkedHashMap<>();
            try (NativeScope scope = NativeScope.values()) {
                @Nullable Tensor[] in = new Tensor[node.inputs().size()];
                for (int i = 0; i < in.length; i++) {
                    Constant c = node.input(i).isEmpty() ? null : constants.apply(node.input(i));
                    in[i] = c == null ? null : c.tensor();
                }
                Tensor[] out = Plan.call(node, kernel, in);
                for (int i = 0; i < node.outputs().size(); i++) {
                    String name = node.outputs().get(i);
                    if (!name.isEmpty()) {
                        Tensor t = Plan.checked(node, out, i);
                        if (t.numel() > TensorLimit.elements()) {
                            throw Plan.tooLarge(node, t.numel());
                        }
                        results.put(name, Tensors.toArray(t));
                    }
                }
            }
            return results;
        }

        void close() {
            kernels.forEach(Kernel::close);
            own.close();
        }
    }

    Parts parts() {
        return new Parts();
    }

    /** Whether weights cannot be replaced at run time, so that what follows from them is known now. */
    boolean isFrozen() {
        return mode == Mode.INFERENCE || mode == Mode.RECORDING;
    }

    /**
     * Compiles a graph that has been folded and fused.
     *
     * @param weights the constants before folding; kept with the plan, as are the other two
     */
    PlanSource compile(
            Graph graph, Map<String, Array> weights, List<BatchNormFolding.Merge> merges, Set<String> baked) {
        Parts parts = parts();
        try {
            return new Compilation(graph, parts).run(weights, merges, baked);
        } catch (RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    /** One graph on its way to a plan. */
    private final class Compilation {
        private final Graph graph;
        private final Parts parts;
        private final Slots slots = new Slots();
        private final Map<String, Array> known = new HashMap<>();
        private final Map<String, Constant> constants = new HashMap<>();
        private final List<String> inputs = new ArrayList<>();
        private final List<Node> foldings = new ArrayList<>();
        private final List<Node> kept = new ArrayList<>();
        private final Map<Node, Kernel> kernels = new IdentityHashMap<>();
        private final Map<String, Integer> uses = new HashMap<>();
        private final Map<String, Integer> lastUse = new HashMap<>();
        /** Read by nodes whose outputs may be views of it. */
        private final Set<String> viewed = new HashSet<>();

        Compilation(Graph graph, Parts parts) {
            this.graph = graph;
            this.parts = parts;
            graph.initializers().forEach((name, a) -> {
                // Weights that may be replaced at run time must not be baked into kernels.
                if (isFrozen() || !a.dtype().isFloating()) {
                    known.put(name, a);
                }
                constants.put(name, new Constant(a, store));
                slots.add(name);
            });
            graph.inputs().forEach(i -> {
                inputs.add(i.name());
                slots.add(i.name());
            });
        }

        PlanSource run(Map<String, Array> weights, List<BatchNormFolding.Merge> merges, Set<String> baked) {
            sort();
            List<Step> steps = steps();
            @Nullable Constant[] bySlot = new Constant[slots.count()];
            constants.forEach((name, c) -> bySlot[slots.of(name)] = c);
            Set<String> read = new HashSet<>(wanted);
            kept.forEach(n -> read.addAll(n.inputs()));
            int[] used = constants.keySet().stream()
                    .filter(read::contains)
                    .mapToInt(slots::of)
                    .toArray();
            int all = steps.size();
            Plan plan = new Plan(slots, steps, bySlot, used, inputs, parts.own(), parts.kernels(), all);
            return new PlanSource(plan, PlanCompiler.this, weights, merges, foldings, known, baked);
        }

        /** Computes what is constant; the rest is kept. */
        private void sort() {
            List<String> problems = new ArrayList<>();
            for (Node node : graph.nodes()) {
                Kernel kernel;
                try {
                    kernel = parts.kernel(node, known, false);
                } catch (UnsupportedModelException e) {
                    problems.add(Plan.named(node, e));
                    continue;
                }
                boolean constant =
                        node.inputs().stream().filter(n -> !n.isEmpty()).allMatch(known::containsKey);
                if (constant && isDeterministic(node)) {
                    // Values computed here live and die with the plan; initializers live in the store that views share.
                    parts.fold(node, kernel, constants::get).forEach((name, value) -> {
                        slots.add(name);
                        known.put(name, value);
                        constants.put(name, new Constant(value, parts.own()));
                    });
                    foldings.add(node);
                    continue;
                }
                kernels.put(node, kernel);
                kept.add(node);
                node.inputs().forEach(i -> uses.merge(i, 1, Integer::sum));
                if (operator(node).aliases()) {
                    viewed.addAll(node.inputs());
                }
            }
            if (!problems.isEmpty()) {
                throw new UnsupportedModelException(String.join("\n", problems));
            }
        }

        private boolean isDeterministic(Node node) {
            return !node.op().startsWith("Random")
                    && !node.op().equals("Bernoulli")
                    && !node.op().equals("Multinomial")
                    && !(node.op().equals("Dropout") && mode == Mode.TRAINING);
        }

        private List<Step> steps() {
            for (int i = 0; i < kept.size(); i++) {
                for (String name : kept.get(i).inputs()) {
                    lastUse.put(name, i);
                }
            }
            // Outputs in memory of their own that may be overwritten.
            Set<String> fresh = new HashSet<>();
            List<Step> steps = new ArrayList<>();
            for (int i = 0; i < kept.size(); i++) {
                Node node = kept.get(i);
                Operator operator = operator(node);
                Kernel kernel = Objects.requireNonNull(kernels.get(node));
                Kernel plain = null;
                Node overwriting = overwriting(i, fresh);
                if (overwriting != null) {
                    node = overwriting;
                    plain = parts.kernel(node, known, false);
                    kernel = parts.kernel(node, known, true);
                }
                if (!operator.aliases() && (mode == Mode.INFERENCE || FORGETTING.contains(node.op()))) {
                    fresh.addAll(node.outputs());
                }
                List<Integer> release = new ArrayList<>();
                for (String name : new HashSet<>(node.inputs())) {
                    if (!name.isEmpty()
                            && lastUse.getOrDefault(name, -1) == i
                            && !wanted.contains(name)
                            && !constants.containsKey(name)
                            && !inputs.contains(name)) {
                        release.add(slots.add(name));
                    }
                }
                steps.add(new Step(
                        node,
                        kernel,
                        plain,
                        slots.add(node.inputs()),
                        slots.add(node.outputs()),
                        release.stream().mapToInt(Integer::intValue).toArray()));
            }
            return List.copyOf(steps);
        }

        /** The node in the form that overwrites its first input, or null if it must not. */
        private @Nullable Node overwriting(int place, Set<String> fresh) {
            Node node = kept.get(place);
            boolean overwrites = mode == Mode.INFERENCE || mode == Mode.RECORDING && OVERWRITING.contains(node.op());
            if (!overwrites || operator(node).inPlace() == null) {
                return null;
            }
            if (isFree(node, place, node.input(0), fresh)) {
                return node;
            }
            return mode == Mode.INFERENCE && isCommutative(node) && isFree(node, place, node.input(1), fresh)
                    ? node.withInputs(List.of(node.input(1), node.input(0)))
                    : null;
        }

        /** Whether nobody needs an input of a node afterwards. */
        private boolean isFree(Node node, int place, String input, Set<String> fresh) {
            if (!fresh.contains(input) || wanted.contains(input)) {
                return false;
            }
            boolean lastReader = lastUse.getOrDefault(input, -1) == place
                    && !viewed.contains(input)
                    && Collections.frequency(node.inputs(), input) == 1;
            return uses.getOrDefault(input, 0) == 1 || mode == Mode.INFERENCE && lastReader;
        }
    }

    /** Operators of opset 6 and before may align their second operand with an axis of the first. */
    private static boolean isCommutative(Node node) {
        return COMMUTATIVE.contains(node.op())
                && GraphWriter.isStandard(node)
                && node.inputs().size() == 2
                && node.attributes().asMap().isEmpty();
    }

    private static Operator operator(Node node) {
        Operator operator = Operators.find(node.domain(), node.op());
        if (operator == null) {
            throw new UnsupportedModelException(node.label() + ": operator not supported");
        }
        return operator;
    }
}
