package dev.qualm.network;

import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.ValueInfo;
import java.util.ArrayList;
import java.util.HashMap;
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
 * @param wanted what the forward pass keeps: the logits, and tensors for the reverse pass
 * @param cotangent input of the reverse pass beside those
 * @param gradient its result
 * @param locals nodes to record after the forward pass, for the reverse pass to read
 * @param tangents forward mode from the same forward pass
 */
record GradientPlans(
        Plan forward,
        Plan reverse,
        Set<String> wanted,
        String cotangent,
        String gradient,
        List<LocalRecord> locals,
        TangentPlan.Later tangents)
        implements AutoCloseable {

    /**
     * Compiles for inputs of the shapes of an example, and any batch, or a batch of one if the example has one item.
     *
     * @return null if the logits depend on the input in no way that can be written down
     */
    static @Nullable GradientPlans compile(
            Graph whole, Structure structure, WeightStore store, Precision precision, Map<String, Tensor> feeds) {
        String logits = structure.logits();
        String leaf = structure.differentiable();
        Graph graph = BatchNormFolding.fold(
                        whole.prune(Set.of(logits, leaf)), t -> !t.equals(leaf), precision == Precision.FLOAT64)
                .prune(Set.of(logits, leaf));
        Map<String, int[]> shapes = shapes(graph, store, precision, feeds);
        Differentiation.Reverse reverse = Differentiation.of(graph, shapes, logits, leaf);
        if (reverse == null) {
            return null;
        }
        Set<String> wanted = new LinkedHashSet<>(reverse.kept());
        wanted.add(logits);
        wanted.add(leaf);
        Plan forward = Plan.compile(graph, store, precision, wanted, Plan.Mode.INFERENCE);
        @Nullable Plan back = null;
        List<LocalRecord> locals = new ArrayList<>();
        try {
            back = Plan.compile(reverse.graph(), store, precision, Set.of(reverse.gradient()), Plan.Mode.INFERENCE);
            for (Differentiation.Local local : reverse.locals()) {
                locals.add(new LocalRecord(local, LocalNode.of(local.node(), graph, store, precision)));
            }
            return new GradientPlans(
                    forward,
                    back,
                    wanted,
                    reverse.cotangent(),
                    reverse.gradient(),
                    locals,
                    new TangentPlan.Later(graph, shapes, store, precision, logits, leaf));
        } catch (RuntimeException e) {
            forward.close();
            if (back != null) {
                back.close();
            }
            locals.forEach(LocalRecord::close);
            throw e;
        }
    }

    /** Shapes of all float tensors for the given feeds; integers and truth values have no gradients. */
    private static Map<String, int[]> shapes(
            Graph graph, WeightStore store, Precision precision, Map<String, Tensor> feeds) {
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
        locals.forEach(LocalRecord::close);
        tangents.close();
    }
}
