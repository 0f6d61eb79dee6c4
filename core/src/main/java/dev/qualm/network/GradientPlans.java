package dev.qualm.network;

import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A forward pass that keeps what its reverse pass reads, and that reverse pass, both compiled.
 *
 * @param shapes of the float tensors that both were compiled for
 * @param wanted what the forward pass keeps: the outputs, the leaf, and tensors for the reverse pass
 * @param cotangents inputs of the reverse pass beside those, by output
 * @param gradient its result
 * @param locals nodes to record after the forward pass, for the reverse pass to read
 * @param tangents forward mode from the same forward pass, of the first output
 */
record GradientPlans(
        Plan forward,
        Plan reverse,
        Map<String, int[]> shapes,
        Set<String> wanted,
        Map<String, String> cotangents,
        String gradient,
        List<Local> locals,
        TangentPlan.Later tangents)
        implements AutoCloseable {

    /** A node that the engine differentiates, with the names under which the reverse pass reads its record. */
    record Local(EngineGradient.Local names, LocalNode node) {}

    /**
     * Compiles for inputs of the shapes of an example, and any batch, or a batch of one if the example has one item.
     *
     * @param outputs tensors to differentiate
     * @param taps tensors that the forward pass keeps for others to read
     * @return null if no output depends on the leaf in a way that can be written down
     */
    static @Nullable GradientPlans compile(
            Graph whole,
            List<String> outputs,
            String leaf,
            Set<String> taps,
            WeightStore store,
            Precision precision,
            Map<String, Tensor> feeds) {
        Set<String> ends = new LinkedHashSet<>(outputs);
        ends.add(leaf);
        ends.addAll(taps);
        Graph graph = BatchNormFolding.fold(whole.prune(ends), t -> !ends.contains(t), precision == Precision.FLOAT64)
                .prune(ends);
        Map<String, int[]> shapes = shapes(graph, store, precision, feeds);
        GraphWriter writer = new GraphWriter(graph, shapes, precision, "\u2202");
        Set<String> dependent = ReversePass.dependent(writer, leaf);
        if (outputs.stream().noneMatch(o -> dependent.contains(o) && !o.equals(leaf))) {
            return null;
        }
        Map<String, String> cotangents = new LinkedHashMap<>();
        outputs.forEach(o -> cotangents.put(o, writer.input("cotangent")));
        Map<Node, EngineGradient.Local> locals = new IdentityHashMap<>();
        List<EngineGradient.Local> order = new ArrayList<>();
        List<String> names = new ArrayList<>();
        Set<String> kept = new LinkedHashSet<>();
        BackwardRule rule = new GradientRule(EngineGradient.recorded(locals, names, kept));
        String arrived = ReversePass.write(writer, cotangents, leaf, rule).at(leaf);
        if (arrived == null) {
            return null;
        }
        // A node of its own, since the sum may be a cotangent itself.
        String gradient = writer.node("Identity", arrived);
        graph.nodes().stream().map(locals::get).filter(l -> l != null).forEach(order::add);
        List<String> late = new ArrayList<>(cotangents.values());
        late.addAll(names);
        GraphWriter.Parts parts = writer.parts(late, gradient);
        kept.addAll(parts.between());
        Set<String> wanted = new LinkedHashSet<>(kept);
        wanted.addAll(ends);
        Map<String, int[]> known = shapes;
        if (parts.early().nodes().size() > graph.nodes().size()) {
            known = shapes(parts.early().prune(wanted), store, precision, feeds);
        }
        Plan forward = Plan.compile(parts.early(), store, precision, wanted, Plan.Mode.INFERENCE);
        @Nullable Plan back = null;
        List<Local> compiled = new ArrayList<>();
        try {
            back = Plan.compile(parts.late(), store, precision, Set.of(gradient), Plan.Mode.INFERENCE);
            for (EngineGradient.Local local : order) {
                compiled.add(new Local(local, LocalNode.of(local.node(), graph, store, precision)));
            }
            TangentPlan.Later tangents = new TangentPlan.Later(graph, shapes, store, precision, outputs.get(0), leaf);
            return new GradientPlans(forward, back, known, wanted, cotangents, gradient, compiled, tangents);
        } catch (RuntimeException e) {
            forward.close();
            if (back != null) {
                back.close();
            }
            compiled.forEach(l -> l.node().close());
            throw e;
        }
    }

    /** Shapes of all float tensors for the given feeds; integers and truth values have no gradients. */
    static Map<String, int[]> shapes(Graph graph, WeightStore store, Precision precision, Map<String, Tensor> feeds) {
        Set<String> all = graph.tensors();
        Map<String, int[]> shapes = new HashMap<>();
        try (NativeScope scope = NativeScope.values();
                Plan plan = Plan.compile(graph, store, precision, all, Plan.Mode.INFERENCE)) {
            Plan.Values values = plan.run(feeds, Map.of(), Set.of(), UnaryOperator.identity());
            graph.inputs().stream().map(ValueInfo::name).forEach(all::add);
            for (String name : all) {
                Tensor t = values.get(name);
                if (Tensors.isFloating(t)) {
                    shapes.put(name, Tensors.shape(t));
                }
            }
        }
        return shapes;
    }

    @Override
    public void close() {
        forward.close();
        reverse.close();
        locals.forEach(l -> l.node().close());
        tangents.close();
    }
}
