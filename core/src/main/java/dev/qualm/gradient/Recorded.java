package dev.qualm.gradient;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.Tape;
import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.operator.Kernel;
import dev.qualm.network.operator.NodeContext;
import dev.qualm.network.operator.Operator;
import dev.qualm.network.operator.Operators;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** A tape after its reverse sweep: values, gradients and where each tensor keeps the inputs of the batch. */
final class Recorded implements AutoCloseable {
    private final Tape tape;
    private final int count;
    private final Map<String, BatchAxis> axes;
    private final Map<String, Tensor> gradients;
    private final Map<String, Tensor> weights = new HashMap<>();

    Recorded(Tape tape, int count, Map<String, BatchAxis> axes, Map<String, Tensor> gradients) {
        this.tape = tape;
        this.count = count;
        this.axes = axes;
        this.gradients = gradients;
    }

    int count() {
        return count;
    }

    Network network() {
        return tape.network();
    }

    private Graph graph() {
        return tape.network().graph();
    }

    boolean understands(NodeGradient.Needs needs) {
        return needs.values().stream().allMatch(v -> isWeight(v) || axes.containsKey(v))
                && needs.outputs().stream().allMatch(axes::containsKey);
    }

    boolean isWeight(String name) {
        return graph().initializers().containsKey(name);
    }

    /** Where a tensor keeps the inputs of the batch, or null if that is not understood. */
    @Nullable
    BatchAxis axis(String name) {
        return axes.get(name);
    }

    /** A kept tensor or a weight, in the network's own layout. */
    Tensor value(String name) {
        Array weight = graph().initializers().get(name);
        if (weight == null) {
            return tape.value(name).detach();
        }
        return weights.computeIfAbsent(name, k -> {
            Tensor t = Tensors.of(weight, network().precision());
            t.retainReference(); // outlives the scope that happens to be open now
            return t;
        });
    }

    /** Shape of a kept tensor or a weight. */
    int[] shape(String name) {
        Array weight = graph().initializers().get(name);
        return weight == null ? Tensors.shape(tape.value(name)) : weight.shape();
    }

    /** The loss's gradient at a tensor, in the network's own layout. */
    Tensor gradient(String name) {
        Tensor t = gradients.get(name);
        if (t == null) {
            throw new IllegalStateException("No gradient was swept for '" + name + "'");
        }
        return t;
    }

    /** One more sweep over a local graph. */
    List<Tensor> sweep(Tensor output, @Nullable Tensor cotangent, List<Tensor> wrt) {
        return tape.gradients(output, cotangent, wrt, false);
    }

    int opset(Node node) {
        return (int) (long) graph().opsets().getOrDefault(node.domain(), 1L);
    }

    /** The operator of a node, to be called once more on other tensors. */
    Kernel kernel(Node node) {
        Operator operator = Operators.find(node.domain(), node.op());
        if (operator == null) {
            throw new IllegalStateException(node.label() + " has no operator");
        }
        return operator.factory()
                .create(new NodeContext(node, opset(node), network().precision(), false, Map.of()));
    }

    /** Sum over axes, which disappear; none means none. */
    static Tensor sum(Tensor t, long... dims) {
        return dims.length == 0 ? t : t.sum(dims, false, new ScalarTypeOptional());
    }

    @Override
    public void close() {
        weights.values().forEach(Tensor::releaseReference);
        weights.clear();
    }
}
