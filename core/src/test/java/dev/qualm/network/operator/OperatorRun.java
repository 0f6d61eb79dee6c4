package dev.qualm.network.operator;

import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates an {@link OperatorCase} and its derivatives at points given as Java arrays.
 *
 * <p>With f the float outputs, v a fixed random cotangent and u a fixed random tangent: {@link #value} is &lt;v,
 * f(x)&gt;, {@link #gradient} its gradient g(x), {@link #directional} is &lt;u, g(x)&gt; and {@link #second} the
 * gradient of that.
 */
final class OperatorRun {
    private static final long SEED = 0x5EED;

    private final OperatorCase operatorCase;
    private final Kernel kernel;

    OperatorRun(OperatorCase operatorCase) {
        this.operatorCase = operatorCase;
        this.kernel = operatorCase.kernel(false);
    }

    /** The differentiated inputs, copied: a point that may be moved. */
    Map<Integer, double[]> point() {
        Map<Integer, double[]> point = new LinkedHashMap<>();
        for (int i : operatorCase.differentiate()) {
            point.put(i, input(i).doubles().clone());
        }
        return point;
    }

    double value(Map<Integer, double[]> point) {
        try (NativeScope scope = NativeScope.values()) {
            return contracted(kernel.run(inputs(point, false))).item_double();
        }
    }

    /** &lt;|v|, |f(x)|&gt;: the size of the terms, hence of the rounding error, in {@link #value}. */
    double magnitude(Map<Integer, double[]> point) {
        try (NativeScope scope = NativeScope.values()) {
            Tensor[] outs = kernel.run(inputs(point, false));
            for (int i = 0; i < outs.length; i++) {
                outs[i] = Tensors.isFloating(outs[i]) ? outs[i].abs() : outs[i];
            }
            return contracted(outs, true).item_double();
        }
    }

    Map<Integer, double[]> gradient(Map<Integer, double[]> point) {
        try (NativeScope scope = NativeScope.recording()) {
            Inputs in = inputs(point, true);
            return arrays(grad(contracted(kernel.run(in)), in, false), point);
        }
    }

    double directional(Map<Integer, double[]> point) {
        try (NativeScope scope = NativeScope.recording()) {
            Inputs in = inputs(point, true);
            Tensor slope = along(grad(contracted(kernel.run(in)), in, false));
            return slope == null ? 0 : slope.item_double();
        }
    }

    Map<Integer, double[]> second(Map<Integer, double[]> point) {
        try (NativeScope scope = NativeScope.recording()) {
            Inputs in = inputs(point, true);
            Tensor slope = along(grad(contracted(kernel.run(in)), in, true));
            // A gradient that does not depend on the input (a linear map) has no second derivative to ask for.
            if (slope == null || !slope.requires_grad()) {
                return arrays(new LinkedHashMap<>(), point);
            }
            return arrays(grad(slope, in, false), point);
        }
    }

    /** The outputs as arrays, all inputs as stated, from a kernel of the given precision. */
    List<Array> outputs(Kernel k, Precision precision) {
        try (NativeScope scope = NativeScope.values()) {
            List<Array> result = new ArrayList<>();
            for (Tensor t : k.run(inputs(precision))) {
                result.add(Tensors.toArray(t));
            }
            return result;
        }
    }

    /** The inputs as the kernel gets them. */
    List<@Nullable Array> inputsBefore() {
        try (NativeScope scope = NativeScope.values()) {
            return arrays(inputs(Precision.FLOAT64));
        }
    }

    /** The inputs after the normal kernel has run on them. */
    List<@Nullable Array> inputsAfterwards() {
        try (NativeScope scope = NativeScope.values()) {
            Inputs in = inputs(Precision.FLOAT64);
            kernel.run(in);
            return arrays(in);
        }
    }

    private static List<@Nullable Array> arrays(Inputs in) {
        List<@Nullable Array> result = new ArrayList<>();
        for (int i = 0; i < in.count(); i++) {
            Tensor t = in.optional(i);
            result.add(t == null ? null : Tensors.toArray(t));
        }
        return result;
    }

    private Inputs inputs(Precision precision) {
        @Nullable Tensor[] tensors = new Tensor[operatorCase.inputs().size()];
        for (int i = 0; i < tensors.length; i++) {
            Array a = operatorCase.inputs().get(i);
            if (a != null) {
                Tensor t = Tensors.of(a, precision);
                tensors[i] = precision == Precision.FLOAT32 && a.dtype() == DType.FLOAT64 ? t.to(ScalarType.Float) : t;
            }
        }
        return new Inputs(tensors);
    }

    private Inputs inputs(Map<Integer, double[]> point, boolean record) {
        @Nullable Tensor[] tensors = new Tensor[operatorCase.inputs().size()];
        for (int i = 0; i < tensors.length; i++) {
            Array a = operatorCase.inputs().get(i);
            double[] moved = point.get(i);
            if (moved != null) {
                tensors[i] = Tensors.of(Array.of(moved, input(i).shape()), Precision.FLOAT64);
                tensors[i].set_requires_grad(record);
            } else if (a != null) {
                tensors[i] = Tensors.of(a, Precision.FLOAT64);
            }
        }
        return new Inputs(tensors);
    }

    private Array input(int i) {
        Array a = operatorCase.inputs().get(i);
        if (a == null) {
            throw new AssertionError("Input " + i + " of " + operatorCase + " is differentiated but left out");
        }
        return a;
    }

    private static Tensor contracted(Tensor[] outputs) {
        return contracted(outputs, false);
    }

    private static Tensor contracted(Tensor[] outputs, boolean absolute) {
        Tensor sum = torch.zeros(new long[] {}, Tensors.options(ScalarType.Double));
        for (int i = 0; i < outputs.length; i++) {
            if (Tensors.isFloating(outputs[i])) {
                Tensor v = random(SEED + i, Tensors.shape(outputs[i]));
                sum = sum.add(outputs[i].mul(absolute ? v.abs() : v).sum());
            }
        }
        return sum;
    }

    private Map<Integer, Tensor> grad(Tensor scalar, Inputs in, boolean createGraph) {
        Map<Integer, Tensor> result = new LinkedHashMap<>();
        if (!scalar.requires_grad()) {
            return result;
        }
        TensorVector wanted = new TensorVector();
        for (int i : operatorCase.differentiate()) {
            wanted.push_back(in.get(i));
        }
        TensorVector grads =
                torch.grad(new TensorVector(scalar), wanted, new TensorVector(), new BoolOptional(), createGraph, true);
        int k = 0;
        for (int i : operatorCase.differentiate()) {
            Tensor g = new Tensor(grads.get(k++));
            if (g.defined()) {
                result.put(i, g);
            }
        }
        return result;
    }

    private static @Nullable Tensor along(Map<Integer, Tensor> gradients) {
        Tensor sum = null;
        for (Map.Entry<Integer, Tensor> g : gradients.entrySet()) {
            Tensor u = random(SEED + 1000 + g.getKey(), Tensors.shape(g.getValue()));
            Tensor term = g.getValue().mul(u).sum();
            sum = sum == null ? term : sum.add(term);
        }
        return sum;
    }

    /** As Java arrays; an undefined derivative is zero. */
    private static Map<Integer, double[]> arrays(Map<Integer, Tensor> gradients, Map<Integer, double[]> point) {
        Map<Integer, double[]> result = new LinkedHashMap<>();
        point.forEach((i, x) -> {
            Tensor g = gradients.get(i);
            result.put(i, g == null ? new double[x.length] : Tensors.toArray(g).doubles());
        });
        return result;
    }

    private static Tensor random(long seed, int[] shape) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] values = new double[Array.size(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (random.nextBoolean() ? 1 : -1) * (0.2 + 0.8 * random.nextDouble());
        }
        return Tensors.of(Array.of(values, shape), Precision.FLOAT64);
    }
}
