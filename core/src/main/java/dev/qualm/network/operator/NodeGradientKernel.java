package dev.qualm.network.operator;

import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The gradient at one input of another node, which is computed once more for it.
 *
 * <p>Inputs: what is at those outputs of the node that {@code arrived} numbers, then the node's own inputs. Attributes: the node's
 * {@code domain}, {@code op}, {@code opset} and number of {@code outputs}, its attributes as {@code of.*}, and the {@code input} in
 * question. The result can be differentiated where that is recorded.
 */
final class NodeGradientKernel implements Kernel {
    private final Kernel kernel;
    private final int[] arrived;
    private final int input;

    NodeGradientKernel(NodeContext context) {
        Attributes a = context.attributes();
        Operator operator = Operators.find(a.getString("domain", ""), a.getString("op", ""));
        long[] numbers = a.getInts("arrived");
        if (operator == null || numbers == null || numbers.length == 0) {
            throw context.unsupported("expected a known operator and its outputs, but found " + a);
        }
        arrived = java.util.Arrays.stream(numbers).mapToInt(Math::toIntExact).toArray();
        input = (int) a.getInt("input", 0);
        Attributes of = Attributes.NONE;
        for (Map.Entry<String, Object> e : a.asMap().entrySet()) {
            if (e.getKey().startsWith("of.")) {
                of = of.with(e.getKey().substring(3), e.getValue());
            }
        }
        List<String> outputs = new ArrayList<>();
        for (int o = 0; o < a.getInt("outputs", 1); o++) {
            outputs.add(context.node().name() + "." + o);
        }
        List<String> inputs = context.node()
                .inputs()
                .subList(arrived.length, context.node().inputs().size());
        Node node = new Node(context.node().name(), operator.domain(), operator.type(), inputs, outputs, of);
        kernel = operator.factory()
                .create(new NodeContext(
                        node, (int) a.getInt("opset", 1), context.precision(), false, context.constants()));
    }

    @Override
    public Tensor[] run(Inputs in) {
        boolean differentiable = GradMode.is_enabled();
        try (NativeScope scope = NativeScope.recording()) {
            @Nullable Tensor[] x = new Tensor[in.count() - arrived.length];
            for (int i = 0; i < x.length; i++) {
                x[i] = in.optional(arrived.length + i);
            }
            // A handle of its own: the same tensor may reach the node on another input as well.
            Tensor at = in.get(arrived.length + input);
            Tensor leaf = differentiable && at.requires_grad()
                    ? at.alias()
                    : at.detach().set_requires_grad(true);
            x[input] = leaf;
            Tensor[] y = kernel.run(new Inputs(x));
            TensorVector results = new TensorVector();
            TensorVector cotangents = new TensorVector();
            for (int k = 0; k < arrived.length; k++) {
                if (y[arrived[k]].requires_grad()) {
                    results.push_back(y[arrived[k]]);
                    cotangents.push_back(in.get(k));
                }
            }
            return new Tensor[] {scope.keep(gradient(results, leaf, cotangents, differentiable))};
        }
    }

    private static Tensor gradient(TensorVector results, Tensor leaf, TensorVector cotangents, boolean differentiable) {
        if (results.empty()) {
            return torch.zeros_like(leaf.detach());
        }
        TensorVector found = torch.grad(
                results, new TensorVector(leaf), cotangents, new BoolOptional(differentiable), differentiable, true);
        Tensor g = new Tensor(found.get(0));
        return g.defined() ? g : torch.zeros_like(leaf.detach());
    }

    @Override
    public void close() {
        kernel.close();
    }
}
