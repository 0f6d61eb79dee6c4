package dev.qualm.network;

import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.operator.Inputs;
import dev.qualm.network.operator.Kernel;
import dev.qualm.network.operator.NodeContext;
import dev.qualm.network.operator.Operator;
import dev.qualm.network.operator.Operators;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** One node that the engine records by itself, cut off from the rest of the network. */
final class LocalRecord implements AutoCloseable {
    private final Differentiation.Local local;
    private final Kernel kernel;
    private final Map<String, Array> weights;
    private final WeightStore store;

    private LocalRecord(Differentiation.Local local, Kernel kernel, Map<String, Array> weights, WeightStore store) {
        this.local = local;
        this.kernel = kernel;
        this.weights = weights;
        this.store = store;
    }

    static LocalRecord of(Differentiation.Local local, Graph graph, WeightStore store, Precision precision) {
        Node node = local.node();
        Operator operator = Operators.find(node.domain(), node.op());
        if (operator == null) {
            throw new UnsupportedModelException(node.label() + ": operator not supported");
        }
        int opset = (int) (long) graph.opsets().getOrDefault(node.domain(), 1L);
        Kernel kernel = operator.factory().create(new NodeContext(node, opset, precision, false, graph.initializers()));
        return new LocalRecord(local, kernel, graph.initializers(), store);
    }

    /**
     * Records the node on what the forward pass kept.
     *
     * @param found called with the names and tensors of its leaves and its result, which live in the open scope
     */
    void record(Function<String, Tensor> kept, BiConsumer<String, Tensor> found) {
        Node node = local.node();
        try (NativeScope scope = NativeScope.recording()) {
            @Nullable Tensor[] in = new Tensor[node.inputs().size()];
            for (int i = 0; i < in.length; i++) {
                String name = node.input(i);
                Array weight = weights.get(name);
                in[i] = name.isEmpty() ? null : weight == null ? kept.apply(name) : store.get(weight);
                String leaf = local.leaves().get(i);
                if (leaf != null && in[i] != null) {
                    Tensor x = in[i].detach().set_requires_grad(true);
                    in[i] = x;
                    found.accept(leaf, scope.keep(x));
                }
            }
            found.accept(local.result(), scope.keep(kernel.run(new Inputs(in))[0]));
        }
    }

    @Override
    public void close() {
        kernel.close();
    }
}
