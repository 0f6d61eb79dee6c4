package dev.qualm.network;

import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The transpose of a linear layer, for its own weights or others of their shape. */
public final class LinearAdjoint {
    private LinearAdjoint() {}

    /**
     * Writes the transpose of a layer by its input 0, as another linear layer where that is possible.
     *
     * @param n a Conv, ConvTranspose, Gemm or MatMul, or anything else that is linear in its input 0
     * @param weights name of a constant, of the graph or new, in place of input 1
     * @param g what is at the layer's output
     * @return name of what is at its input
     */
    public static String of(GraphWriter w, Node n, String weights, String g) {
        String known = written(w, n, weights, g);
        if (known != null) {
            return known;
        }
        List<String> inputs = new ArrayList<>(n.inputs());
        if (inputs.size() > 1) {
            inputs.set(1, weights);
        }
        return EngineGradient.inside(w, n, inputs, 0, Map.of(0, g));
    }

    /** As {@link #of}, but null where there is no other way than to ask the engine. */
    static @Nullable String written(GraphWriter w, Node n, String weights, String g) {
        Array value = w.constant(weights);
        if (n.op().equals("Conv") && value != null) {
            return convolution(w, n, weights, value, g);
        }
        if (n.op().equals("Gemm") && n.attributes().getInt("transA", 0) == 0) {
            Attributes turned = Attributes.NONE
                    .with("transB", 1 - n.attributes().getInt("transB", 0))
                    .with("alpha", n.attributes().getFloat("alpha", 1));
            return w.node("Gemm", List.of(g, weights), turned);
        }
        return null;
    }

    private static @Nullable String convolution(GraphWriter w, Node n, String weights, Array value, String g) {
        int[] in = w.shape(n.input(0));
        Attributes a = n.attributes();
        String padding = a.getString("auto_pad", "NOTSET");
        if (in == null || !(padding.equals("NOTSET") || padding.equals("VALID"))) {
            return null;
        }
        int rank = value.rank() - 2;
        long[] strides = ints(a, "strides", rank, 1);
        long[] dilations = ints(a, "dilations", rank, 1);
        long[] pads = padding.equals("VALID") ? new long[2 * rank] : ints(a, "pads", 2 * rank, 0);
        long[] turned = new long[2 * rank];
        boolean plain = true;
        for (int s = 0; s < rank; s++) {
            if (pads[s] != pads[rank + s]) {
                return null;
            }
            turned[s] = turned[rank + s] = dilations[s] * (value.dim(2 + s) - 1) - pads[s];
            plain &= strides[s] == 1 && turned[s] >= 0;
        }
        long group = a.getInt("group", 1);
        // A convolution to one channel computes as many as fit into the processor's registers: ConvGradient knows a
        // better way.
        if (plain && !(rank == 2 && value.dim(1) * group == 1)) {
            Attributes same = Attributes.NONE
                    .with("group", group)
                    .with("dilations", dilations)
                    .with("pads", turned);
            return w.node("Conv", List.of(g, w.constant("turned", turned(value, (int) group))), same);
        }
        Attributes of = Attributes.NONE
                .with("group", group)
                .with("strides", strides)
                .with("dilations", dilations)
                .with("pads", Arrays.copyOf(pads, rank))
                .with("shape", Arrays.stream(in).skip(1).asLongStream().toArray());
        return w.own("ConvGradient", List.of(g, weights), of);
    }

    /** The transpose of a ConvGradient node: the convolution that it is the gradient of. */
    static String ofGradient(GraphWriter w, Node gradient, String g) {
        Attributes a = gradient.attributes();
        long[] half = ints(a, "pads", 0, 0);
        long[] pads = Arrays.copyOf(half, 2 * half.length);
        System.arraycopy(half, 0, pads, half.length, half.length);
        Attributes of = Attributes.NONE
                .with("group", a.getInt("group", 1))
                .with("strides", ints(a, "strides", half.length, 1))
                .with("dilations", ints(a, "dilations", half.length, 1))
                .with("pads", pads);
        return w.node("Conv", List.of(g, gradient.input(1)), of);
    }

    /** Input and output channels exchanged within each group, and every kernel turned around. */
    private static Array turned(Array weight, int groups) {
        int out = weight.dim(0) / groups;
        int in = weight.dim(1);
        int size = weight.size() / weight.dim(0) / in;
        double[] values = new double[weight.size()];
        for (int q = 0; q < groups; q++) {
            for (int o = 0; o < out; o++) {
                for (int c = 0; c < in; c++) {
                    for (int k = 0; k < size; k++) {
                        values[((q * in + c) * out + o) * size + size - 1 - k] =
                                weight.get(((q * out + o) * in + c) * size + k);
                    }
                }
            }
        }
        int[] shape = weight.shape();
        shape[0] = groups * in;
        shape[1] = out;
        Array array = Array.of(values, shape);
        return weight.dtype() == DType.FLOAT32 ? array.asFloat32() : array;
    }

    private static long[] ints(Attributes a, String name, int length, long otherwise) {
        long[] given = a.getInts(name);
        if (given == null || length != 0 && given.length != length) {
            given = new long[length];
            Arrays.fill(given, otherwise);
        }
        return given;
    }
}
