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
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** One node that the engine differentiates by itself, cut off from the rest of the network. */
final class LocalNode implements AutoCloseable {
    private final Node node;
    private final Kernel kernel;
    private final Map<String, Array> weights;
    private final WeightStore store;

    private LocalNode(Node node, Kernel kernel, Map<String, Array> weights, WeightStore store) {
        this.node = node;
        this.kernel = kernel;
        this.weights = weights;
        this.store = store;
    }

    static LocalNode of(Node node, Graph graph, WeightStore store, Precision precision) {
        Operator operator = Operators.find(node.domain(), node.op());
        if (operator == null) {
            throw new UnsupportedModelException(node.label() + ": operator not supported");
        }
        int opset = (int) (long) graph.opsets().getOrDefault(node.domain(), 1L);
        Kernel kernel = operator.factory().create(new NodeContext(node, opset, precision, false, graph.initializers()));
        return new LocalNode(node, kernel, graph.initializers(), store);
    }

    /**
     * Records the node for reverse sweeps.
     *
     * @param kept what the forward pass kept
     * @param leaves names for its inputs, as leaves of the record, by number
     * @param results names for its outputs, by number
     * @param found called with those names and tensors, which live in the open scope
     */
    void record(
            Function<String, Tensor> kept,
            Map<Integer, String> leaves,
            Map<Integer, String> results,
            BiConsumer<String, Tensor> found) {
        try (NativeScope scope = NativeScope.recording()) {
            Tensor[] x = new Tensor[node.inputs().size()];
            Tensor[] y = run(kept, leaves, x);
            leaves.forEach((i, name) -> found.accept(name, scope.keep(x[i])));
            results.forEach((o, name) -> found.accept(name, scope.keep(y[o])));
        }
    }

    /**
     * Records the node's products with a cotangent, to be swept by that cotangent.
     *
     * @param products names for the products by number of input
     * @param cotangent its name
     */
    void recordProducts(
            Function<String, Tensor> kept,
            Map<Integer, String> products,
            String cotangent,
            BiConsumer<String, Tensor> found) {
        try (NativeScope scope = NativeScope.recording()) {
            Tensor[] x = new Tensor[node.inputs().size()];
            Tensor y = run(kept, products, x)[0];
            // The products are linear in it, so its value does not matter.
            Tensor u = torch.zeros_like(y.detach()).set_requires_grad(true);
            List<Integer> numbers = List.copyOf(products.keySet());
            List<Tensor> swept =
                    Tape.Gradients.of(y, u, numbers.stream().map(i -> x[i]).toList(), true, true);
            for (int k = 0; k < numbers.size(); k++) {
                found.accept(products.get(numbers.get(k)), scope.keep(swept.get(k)));
            }
            found.accept(cotangent, scope.keep(u));
        }
    }

    private Tensor[] run(Function<String, Tensor> kept, Map<Integer, String> leaves, Tensor[] x) {
        @Nullable Tensor[] in = new Tensor[x.length];
        for (int i = 0; i < in.length; i++) {
            String name = node.input(i);
            if (!name.isEmpty()) {
                Array weight = weights.get(name);
                Tensor t = weight == null ? kept.apply(name) : store.get(weight);
                x[i] = leaves.containsKey(i) ? t.detach().set_requires_grad(true) : t;
                in[i] = x[i];
            }
        }
        return kernel.run(new Inputs(in));
    }

    @Override
    public void close() {
        kernel.close();
    }
}
