package dev.qualm.network;

import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.Plan.Constant;
import dev.qualm.network.Plan.Mode;
import dev.qualm.network.Plan.Step;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.operator.Kernel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A compiled plan with what it was compiled from, so that a plan for other weights costs what depends on them and no more.
 *
 * @param weights the network's own constants by name, as they were before folding
 * @param merges normalisations that were merged into layers
 * @param foldings nodes of constants alone, in order
 * @param known all constants by name, computed ones included
 * @param baked constants whose values became attributes: no plan can be derived if they change
 */
/*
 * Everything that a change of weights can reach is one of: a merged normalisation, a folded node, a kernel that reads a constant.
 * They are recorded in this order, which is the order in which they depend on one another. All else, slots, order, fusion, what may
 * be overwritten, follows from the graph alone and is shared.
 */
record PlanSource(
        Plan plan,
        PlanCompiler compiler,
        Map<String, Array> weights,
        List<BatchNormFolding.Merge> merges,
        List<Node> foldings,
        Map<String, Array> known,
        Set<String> baked) {

    /** See {@link Plan#compile}. */
    static PlanSource compile(Graph whole, WeightStore store, Precision precision, Set<String> wanted, Mode mode) {
        return compile(whole, store, precision, wanted, mode, wanted);
    }

    /**
     * As {@link Plan#compile}.
     *
     * @param kept those of the wanted tensors that are kept to the end of a run; the others are computed, seen, and released or overwritten
     */
    static PlanSource compile(
            Graph whole, WeightStore store, Precision precision, Set<String> wanted, Mode mode, Set<String> kept) {
        Set<String> tensors = whole.tensors();
        for (String w : wanted) {
            if (!tensors.contains(w)
                    && !whole.initializers().containsKey(w)
                    && whole.inputs().stream().noneMatch(i -> i.name().equals(w))) {
                throw new UnsupportedModelException("There is no tensor '" + w + "'; the network has " + tensors);
            }
        }
        Graph graph = whole.prune(wanted);
        List<BatchNormFolding.Merge> merges = List.of();
        Set<String> baked = Set.of();
        if (mode == Mode.INFERENCE || mode == Mode.RECORDING) {
            BatchNormFolding.Folded folded =
                    BatchNormFolding.folded(graph, t -> !wanted.contains(t), precision == Precision.FLOAT64);
            graph = folded.graph().prune(wanted);
            merges = folded.merges();
        }
        if (mode == Mode.INFERENCE && precision == Precision.FLOAT32) {
            Fusion.Fused fused = Fusion.fuse(graph, wanted);
            graph = fused.graph();
            baked = fused.baked();
        }
        PlanCompiler compiler = new PlanCompiler(graph.opsets(), store, precision, kept, mode);
        return compiler.compile(graph, whole.initializers(), merges, baked);
    }

    /**
     * The plan for the same graph with other weights. It reads this one's constants and kernels, which must outlive it.
     *
     * @param changed new values by name, of the old shapes and types
     * @return null if it must be compiled anew
     */
    @Nullable
    Plan derive(Map<String, Array> changed) {
        if (!compiler.isFrozen() || !Collections.disjoint(changed.keySet(), baked)) {
            return null;
        }
        Map<String, Array> now = new HashMap<>(known);
        Set<String> touched = new HashSet<>();
        changed.forEach((name, value) -> {
            if (now.replace(name, value) != null) {
                touched.add(name);
            }
        });
        Map<String, Array> current = null;
        for (BatchNormFolding.Merge merge : merges) {
            if (!Collections.disjoint(changed.keySet(), merge.reads())) {
                if (current == null) {
                    current = new HashMap<>(weights);
                    current.putAll(changed);
                }
                merge.weights(current).forEach((name, value) -> {
                    now.put(name, value);
                    touched.add(name);
                });
            }
        }
        PlanCompiler.Parts parts = compiler.parts();
        try {
            return derived(now, touched, parts);
        } catch (RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    private Plan derived(Map<String, Array> now, Set<String> touched, PlanCompiler.Parts parts) {
        @Nullable Constant[] constants = plan.constants().clone();
        Slots slots = plan.slots();
        for (String name : touched) {
            constants[slots.of(name)] = new Constant(Objects.requireNonNull(now.get(name)), parts.own());
        }
        for (Node node : foldings) {
            if (!Collections.disjoint(node.inputs(), touched)) {
                Kernel kernel = parts.kernel(node, now, false);
                parts.fold(node, kernel, name -> constants[slots.of(name)]).forEach((name, value) -> {
                    now.put(name, value);
                    touched.add(name);
                    constants[slots.of(name)] = new Constant(value, parts.own());
                });
            }
        }
        List<Step> steps = new ArrayList<>(plan.steps());
        int first = steps.size();
        for (int s = steps.size() - 1; s >= 0; s--) {
            Step step = steps.get(s);
            if (!Collections.disjoint(step.node().inputs(), touched)) {
                Kernel plain = step.plain() == null ? null : parts.kernel(step.node(), now, false);
                steps.set(s, step.with(parts.kernel(step.node(), now, plain != null), plain));
                first = s;
            }
        }
        return new Plan(
                slots, List.copyOf(steps), constants, plan.used(), plan.inputs(), parts.own(), parts.kernels(), first);
    }
}
