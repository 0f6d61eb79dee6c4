package dev.qualm.benchmarks;

import dev.qualm.array.Array;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/**
 * A network as one would write it by hand on libtorch: a call per layer, automatic differentiation, nothing else. The yardstick for
 * gradients; not for use.
 */
final class HandNet implements AutoCloseable {
    private final Graph graph;
    private final Map<String, Tensor> weights = new LinkedHashMap<>();
    private final boolean channelsLast;
    private final boolean trainable;

    /**
     * @param channelsLast the memory format of images and kernels
     * @param trainable whether weights require gradients
     */
    HandNet(Graph graph, boolean channelsLast, boolean trainable) {
        this.graph = graph;
        this.channelsLast = channelsLast;
        this.trainable = trainable;
        graph.initializers().forEach((name, a) -> {
            Tensor w = format(Tensors.of(a, Precision.FLOAT32));
            boolean learned = trainable && a.dtype().isFloating() && !name.contains("mean") && !name.contains("var");
            weights.put(name, learned ? w.set_requires_grad(true) : w);
        });
    }

    private Tensor format(Tensor t) {
        return channelsLast && t.dim() == 4 ? t.contiguous(MemoryFormat.ChannelsLast) : t;
    }

    /** One forward pass. */
    Array logits(Array batch) {
        try (NativeScope scope = NativeScope.values()) {
            return Tensors.toArray(forward(format(Tensors.of(batch, Precision.FLOAT32))));
        }
    }

    /** One forward pass, and for each of some logits its gradient by the input; the gradients are looked at, not compared. */
    double inputSweeps(Array batch, int classes) {
        double sum = 0;
        try (NativeScope scope = NativeScope.recording()) {
            Tensor x = format(Tensors.of(batch, Precision.FLOAT32)).detach().set_requires_grad(true);
            Tensor z = forward(x);
            for (int c = 0; c < classes; c++) {
                try (NativeScope inner = NativeScope.values()) {
                    Tensor cotangent = torch.zeros_like(z);
                    cotangent.select(1, c).fill_(new Scalar(1.0));
                    Tensor g = gradient(z, cotangent, List.of(x), true).get(0);
                    sum += g.select(0, 0).sum().item_double();
                }
            }
        }
        return sum;
    }

    /** Gradient of KL(uniform, softmax) by all weights: what a training step does. */
    void trainingStep(Array batch) {
        try (NativeScope scope = NativeScope.recording()) {
            weightGradients(batch);
        }
    }

    /** A training step of one input, and the six standard metrics of its gradients, each weight by calls of the engine. */
    double[] metricsStep(Array input) {
        double[] m = {Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, 0, 0, 0};
        long count = 0;
        try (NativeScope scope = NativeScope.recording()) {
            List<Tensor> gradients = weightGradients(input);
            try (NativeScope values = NativeScope.values()) {
                for (Tensor g : gradients) {
                    m[0] = Math.max(m[0], g.max().item_double());
                    m[1] = Math.min(m[1], g.min().item_double());
                    m[2] += g.sum().item_double();
                    m[3] += g.abs().sum().item_double();
                    m[4] += g.square().sum().item_double();
                    count += g.numel();
                }
            }
        }
        double mean = m[2] / count;
        double std = Math.sqrt((m[4] - count * mean * mean) / (count - 1));
        return new double[] {m[0], m[1], mean, std, m[3], Math.sqrt(m[4])};
    }

    private List<Tensor> weightGradients(Array batch) {
        if (!trainable) {
            throw new IllegalStateException("The weights are constants");
        }
        Tensor z = forward(format(Tensors.of(batch, Precision.FLOAT32)));
        // Random networks are so sure of themselves that the cross-entropy toward the prediction has no gradient in
        // float32.
        Tensor loss = torch.log_softmax(z, 1).mean().neg();
        return gradient(
                loss,
                torch.ones_like(loss),
                weights.values().stream().filter(Tensor::requires_grad).toList(),
                false);
    }

    private static List<Tensor> gradient(Tensor of, Tensor cotangent, List<Tensor> wrt, boolean again) {
        TensorVector inputs = new TensorVector();
        wrt.forEach(inputs::push_back);
        TensorVector found = torch.grad(
                new TensorVector(of), inputs, new TensorVector(cotangent), new BoolOptional(again), false, true);
        List<Tensor> out = new ArrayList<>();
        for (long i = 0; i < found.size(); i++) {
            Tensor g = new Tensor(found.get(i));
            if (g.defined()) { // the bounds of Clip are among the weights
                out.add(g);
            }
        }
        return out;
    }

    /** The logits, in the scope and gradient mode that are open. */
    Tensor forward(Tensor x) {
        Map<String, Tensor> values = new HashMap<>(weights);
        values.put(graph.inputs().get(0).name(), x);
        for (Node n : graph.nodes()) {
            values.put(n.output(), layer(n, values));
        }
        return Objects.requireNonNull(values.get(graph.outputs().get(0).name()));
    }

    private static Tensor layer(Node n, Map<String, Tensor> values) {
        Attributes a = n.attributes();
        Tensor x = Objects.requireNonNull(values.get(n.input(0)));
        return switch (n.op()) {
            case "Conv" ->
                torch.conv2d(
                        x,
                        values.get(n.input(1)),
                        n.inputs().size() > 2 ? new TensorOptional(values.get(n.input(2))) : new TensorOptional(),
                        a.getInts("strides"),
                        java.util.Arrays.copyOf(a.getInts("pads"), 2),
                        new long[] {1, 1},
                        a.getInt("group", 1));
            case "BatchNormalization" ->
                torch.batch_norm(
                        x,
                        new TensorOptional(values.get(n.input(1))),
                        new TensorOptional(values.get(n.input(2))),
                        new TensorOptional(values.get(n.input(3))),
                        new TensorOptional(values.get(n.input(4))),
                        false,
                        0.1,
                        a.getFloat("epsilon", 1e-5f),
                        false);
            case "Relu" -> torch.relu(x);
            case "Clip" -> torch.hardtanh(x, new Scalar(0.0), new Scalar(6.0));
            case "Add" -> x.add(values.get(n.input(1)));
            case "MaxPool" ->
                torch.max_pool2d(
                        x,
                        a.getInts("kernel_shape"),
                        a.getInts("strides"),
                        new long[] {0, 0},
                        new long[] {1, 1},
                        false);
            case "GlobalAveragePool" -> torch.adaptive_avg_pool2d(x, new long[] {1, 1});
            case "Flatten" -> x.flatten(1, -1);
            case "Gemm" -> torch.linear(x, values.get(n.input(1)), new TensorOptional(values.get(n.input(2))));
            default -> throw new IllegalStateException("No line for " + n.op());
        };
    }

    @Override
    public void close() {
        weights.values().forEach(Tensor::close);
    }
}
