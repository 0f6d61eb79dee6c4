package dev.qualm.attribution;

import static dev.qualm.attribution.Sketch.longs;
import static dev.qualm.attribution.Sketch.with;

import dev.qualm.array.Array;
import dev.qualm.data.OutputKind;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import dev.qualm.testkit.Close;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Small networks of every shape that explanations must get through, each of 4 classes. */
final class Zoo {
    /** @param kind of the output, or null to find out */
    record Animal(
            String name, Graph graph, int[] shape, @Nullable OutputKind kind) {
        Network network(Precision precision) {
            return Network.of(graph, precision, null, kind);
        }

        /** Inputs, {@code [n, ...]}. */
        Array inputs(int n, long seed) {
            int[] all = new int[shape.length + 1];
            all[0] = n;
            System.arraycopy(shape, 0, all, 1, shape.length);
            return isInteger()
                    ? Close.integers(seed, 7, all)
                    : Close.gaussian(seed, all).asFloat64();
        }

        boolean isInteger() {
            return !graph.inputs().get(0).type().isFloating();
        }

        /** Whether no node has several outputs. */
        boolean isSimple() {
            return graph.nodes().stream().allMatch(n -> n.outputs().size() == 1);
        }

        boolean hasMaps() {
            return shape.length == 3;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static final int[] IMAGE = {2, 6, 6};

    private Zoo() {}

    static List<Animal> all() {
        Map<String, Supplier<Graph>> images = new LinkedHashMap<>();
        images.put("residual", Zoo::residual);
        images.put("convolutions", Zoo::convolutions);
        images.put("padding", Zoo::padding);
        images.put("transposed", Zoo::transposed);
        images.put("average-pool", Zoo::averagePool);
        images.put("max-pool", Zoo::maxPool);
        images.put("normalised-first", Zoo::normalisedFirst);
        images.put("branches", Zoo::branches);
        images.put("split", Zoo::split);
        images.put("reused", Zoo::reused);
        images.put("gates", Zoo::gates);
        images.put("resized", Zoo::resized);
        images.put("opset-7", () -> older(7));
        images.put("opset-9", () -> older(9));
        images.put("opset-12", () -> older(12));
        List<Animal> all = new java.util.ArrayList<>();
        images.forEach((name, graph) -> all.add(new Animal(name, graph.get(), IMAGE, null)));
        all.add(new Animal("dense", dense(), new int[] {5}, null));
        all.add(new Animal("gemm", gemm(), new int[] {5}, null));
        all.add(new Animal("matmul", matmul(), new int[] {3, 5}, null));
        all.add(new Animal("activations", activations(), new int[] {5}, null));
        all.add(new Animal("attention", attention(Sketch.of(3, 4), "x"), new int[] {3, 4}, null));
        all.add(new Animal("lstm", lstm(), new int[] {3, 4}, null));
        all.add(new Animal("embedding", embedding(), new int[] {3}, null));
        all.add(new Animal("one-dimension", oneDimension(), new int[] {2, 7}, null));
        all.add(new Animal("three-dimensions", threeDimensions(), new int[] {1, 3, 4, 3}, null));
        all.add(new Animal("softmax", ending("Softmax"), new int[] {5}, null));
        all.add(new Animal("log-softmax", ending("LogSoftmax"), new int[] {5}, null));
        all.add(new Animal("probabilities", shares(), new int[] {5}, OutputKind.PROBABILITIES));
        all.add(new Animal("log-probabilities", logShares(), new int[] {5}, OutputKind.LOG_PROBABILITIES));
        return List.copyOf(all);
    }

    static Animal named(String name) {
        return all().stream().filter(a -> a.name().equals(name)).findFirst().orElseThrow();
    }

    private static Graph residual() {
        Sketch s = Sketch.of(IMAGE);
        String a = s.node("Relu", s.batchNorm(s.conv(s.x, 2, 3, 3, "pads", longs(1, 1, 1, 1)), 3));
        String b = s.conv(a, 3, 3, 3, "pads", longs(1, 1, 1, 1));
        return s.build(s.head(s.node("Relu", s.node("Add", a, b)), 3));
    }

    private static Graph convolutions() {
        Sketch s = Sketch.of(IMAGE);
        String a = s.node("Relu", s.conv(s.x, 1, 4, 3, "group", 2L, "pads", longs(1, 1, 1, 1)));
        String b = s.node("Relu", s.conv(a, 1, 4, 3, "group", 4L, "dilations", longs(2, 2), "pads", longs(2, 2, 2, 2)));
        return s.build(s.head(
                s.node("Relu", s.conv(b, 4, 3, 3, "strides", longs(2, 2), "pads", longs(1, 1, 1, 1))), 3));
    }

    private static Graph padding() {
        Sketch s = Sketch.of(IMAGE);
        String a = s.node("Relu", s.conv(s.x, 2, 3, 3, "pads", longs(0, 1, 2, 1)));
        String b = s.node("Relu", s.conv(a, 3, 3, 2, "auto_pad", "SAME_UPPER", "strides", longs(2, 2)));
        String c = s.node("Relu", s.conv(b, 3, 3, 2, "auto_pad", "SAME_LOWER"));
        String d = s.node("Pad", c, s.ints(0, 0, 1, 0, 0, 0, 0, 1));
        return s.build(s.head(s.conv(d, 3, 3, 1, "auto_pad", "VALID"), 3));
    }

    private static Graph transposed() {
        Sketch s = Sketch.of(IMAGE);
        String a = s.node("Relu", s.conv(s.x, 2, 4, 3, "strides", longs(2, 2)));
        String b = s.node(
                "ConvTranspose",
                with("strides", longs(2, 2), "output_padding", longs(1, 1), "group", 2L),
                a,
                s.weight(4, 2, 3, 3),
                s.weight(4));
        return s.build(s.head(s.node("Relu", s.batchNorm(b, 4)), 4));
    }

    private static Graph averagePool() {
        Sketch s = Sketch.of(IMAGE);
        String a = s.node("Relu", s.conv(s.x, 2, 3, 3));
        String b = s.node(
                "AveragePool",
                with(
                        "kernel_shape",
                        longs(3, 3),
                        "strides",
                        longs(2, 2),
                        "pads",
                        longs(1, 1, 1, 1),
                        "count_include_pad",
                        1L),
                a);
        String c = s.node("AveragePool", with("kernel_shape", longs(2, 2), "pads", longs(1, 0, 1, 0)), b);
        return s.build(s.head(c, 3));
    }

    private static Graph maxPool() {
        Sketch s = Sketch.of(IMAGE);
        String a = s.node("MaxPool", with("kernel_shape", longs(3, 3), "pads", longs(1, 1, 1, 1)), s.x);
        String b = s.node("Relu", s.conv(a, 2, 3, 3));
        String c = s.node("MaxPool", with("kernel_shape", longs(3, 3), "strides", longs(1, 1)), b);
        return s.build(s.mostlyPositive(s.node("Flatten", s.node("GlobalMaxPool", c)), 3));
    }

    private static Graph normalisedFirst() {
        Sketch s = Sketch.of(IMAGE);
        String a = s.conv(s.batchNorm(s.x, 2), 2, 3, 3, "pads", longs(1, 1, 1, 1));
        String b = s.batchNorm(s.node("Relu", a), 3);
        return s.build(s.head(s.node("Relu", s.conv(b, 3, 3, 3)), 3));
    }

    private static Graph branches() {
        Sketch s = Sketch.of(IMAGE);
        String a = s.node("Relu", s.conv(s.x, 2, 3, 3, "pads", longs(1, 1, 1, 1)));
        String b = s.conv(s.x, 2, 2, 1);
        String c = s.node("Concat", with("axis", 1L), a, b, s.x);
        return s.build(s.head(s.node("Relu", s.conv(c, 7, 3, 3)), 3));
    }

    private static Graph split() {
        Sketch s = Sketch.of(IMAGE);
        String a = s.node("Relu", s.conv(s.x, 2, 4, 3));
        List<String> halves = s.outputs(2, "Split", with("axis", 1L), a, s.ints(1, 3));
        String b = s.node("Concat", with("axis", 1L), halves.get(1), halves.get(0), halves.get(0));
        return s.build(s.head(b, 5));
    }

    private static Graph reused() {
        Sketch s = Sketch.of(2, 6, 6);
        String w = s.weight(2, 2, 3, 3);
        String a = s.node("Relu", s.node("Conv", with("pads", longs(1, 1, 1, 1)), s.x, w, s.weight(2)));
        String b = s.node("Relu", s.node("Conv", with("pads", longs(1, 1, 1, 1)), a, w));
        return s.build(s.head(s.node("Add", b, s.node("Conv", with("pads", longs(1, 1, 1, 1)), b, w)), 2));
    }

    private static Graph gates() {
        Sketch s = Sketch.of(IMAGE);
        String a = s.node("Relu", s.conv(s.x, 2, 3, 3));
        String g = s.node("Sigmoid", s.conv(s.node("GlobalAveragePool", a), 3, 3, 1));
        String b = s.node("Mul", s.node("Mul", a, g), s.positive(3, 1, 1));
        return s.build(s.head(s.node("Mul", b, b), 3));
    }

    private static Graph resized() {
        Sketch s = Sketch.of(IMAGE);
        String scales = s.constant(Array.of(new float[] {1, 1, 2, 1.5f}, 4));
        String a = s.node("Resize", with("mode", "linear"), s.x, "", scales);
        String b = s.node("Relu", s.conv(a, 2, 3, 3, "strides", longs(2, 2)));
        return s.build(s.head(s.node("Resize", with("mode", "nearest"), b, "", scales), 3));
    }

    private static Graph older(long opset) {
        Sketch s = Sketch.opset(opset, IMAGE);
        String a = s.batchNorm(s.conv(s.x, 2, 3, 3, "pads", longs(1, 1, 1, 1)), 3);
        String b = opset < 11
                ? s.node("Clip", with("min", 0f, "max", 6f), a)
                : s.node("Clip", a, s.number(0), s.number(6));
        String c = s.node("Dropout", with("ratio", 0.5f), b);
        String d = s.node("ReduceMean", with("axes", longs(2, 3), "keepdims", 0L), c);
        String e = s.node("Unsqueeze", with("axes", longs(2)), d);
        String f = s.node("Squeeze", with("axes", longs(2)), s.node("Add", e, s.weight(3, 1)));
        return s.build(s.node("Gemm", with("transB", 1L), f, s.weight(4, 3), s.weight(4)));
    }

    private static Graph dense() {
        Sketch s = Sketch.of(5);
        return s.build(s.gemm(s.node("Relu", s.gemm(s.node("Relu", s.gemm(s.x, 5, 6)), 6, 5)), 5, 4));
    }

    private static Graph gemm() {
        Sketch s = Sketch.of(5);
        String a = s.node("Gemm", with("alpha", -0.7f, "beta", 2f), s.x, s.weight(5, 6), s.weight(1, 6));
        String b = s.node("Transpose", with("perm", longs(1, 0)), s.node("Relu", a));
        return s.build(s.node("Gemm", with("transA", 1L, "transB", 1L), b, s.weight(4, 6), s.weight(4)));
    }

    private static Graph matmul() {
        Sketch s = Sketch.of(3, 5);
        String a = s.node("Relu", s.node("Add", s.node("MatMul", s.x, s.weight(5, 6)), s.weight(6)));
        String b = s.node("Add", s.weight(1, 1, 2), s.node("MatMul", a, s.weight(1, 6, 2)));
        String c = s.node("MatMul", s.weight(2, 3), b);
        return s.build(s.node("Add", s.node("MatMul", s.node("Flatten", c), s.weight(4, 4)), s.weight(4)));
    }

    private static Graph activations() {
        Sketch s = Sketch.of(5);
        String a = s.x;
        for (String op :
                List.of("LeakyRelu", "Elu", "Sigmoid", "Tanh", "Softplus", "Selu", "HardSigmoid", "Softsign")) {
            a = s.node(op, s.gemm(a, 5, 5));
        }
        String e = s.node("Erf", s.node("Div", a, s.number(1.4142135f)));
        String gelu = s.node("Mul", s.node("Mul", a, s.node("Add", e, s.number(1))), s.number(0.5f));
        String clip = s.node("Clip", s.gemm(gelu, 5, 5), s.number(-0.3f), s.number(0.4f));
        return s.build(s.gemm(s.node("PRelu", clip, s.positive(5)), 5, 4));
    }

    private static Graph attention(Sketch s, String in) {
        String q = s.node("MatMul", in, s.weight(4, 4));
        String k = s.node("MatMul", in, s.weight(4, 4));
        String v = s.node("MatMul", in, s.weight(4, 4));
        String scores =
                s.node("Div", s.node("MatMul", q, s.node("Transpose", with("perm", longs(0, 2, 1)), k)), s.number(2));
        String mixed = s.node("MatMul", s.node("Softmax", with("axis", -1L), scores), v);
        String norm = s.node("LayerNormalization", s.node("Add", in, mixed), s.positive(4), s.weight(4));
        String mean = s.node("ReduceMean", with("axes", longs(1), "keepdims", 0L), norm);
        return s.build(s.gemm(mean, 4, 4));
    }

    private static Graph lstm() {
        Sketch s = Sketch.of(3, 4);
        String steps = s.node("Transpose", with("perm", longs(1, 0, 2)), s.x);
        List<String> out = s.outputs(
                2, "LSTM", with("hidden_size", 3L), steps, s.weight(1, 12, 4), s.weight(1, 12, 3), s.weight(1, 24));
        return s.build(s.gemm(s.node("Squeeze", out.get(1), s.ints(0)), 3, 4));
    }

    private static Graph embedding() {
        Sketch s = Sketch.integers(3);
        return attention(s, s.node("Add", s.node("Gather", s.weight(7, 4), s.x), s.weight(3, 4)));
    }

    private static Graph oneDimension() {
        Sketch s = Sketch.of(2, 7);
        String a = s.node("Conv", with("pads", longs(1, 1)), s.x, s.weight(3, 2, 3), s.weight(3));
        String b = s.node("AveragePool", with("kernel_shape", longs(2)), s.node("Relu", a));
        String c = s.node("Conv", with("strides", longs(2)), b, s.weight(3, 3, 2));
        return s.build(s.head(s.node("MaxPool", with("kernel_shape", longs(2)), c), 3));
    }

    private static Graph threeDimensions() {
        Sketch s = Sketch.of(1, 3, 4, 3);
        String a = s.node("Conv", with("pads", longs(1, 0, 1, 1, 0, 1)), s.x, s.weight(2, 1, 2, 2, 2), s.weight(2));
        String b = s.node("MaxPool", with("kernel_shape", longs(2, 2, 2)), s.node("Relu", a));
        return s.build(s.head(s.node("Conv", b, s.weight(3, 2, 1, 1, 1)), 3));
    }

    private static Graph ending(String op) {
        Sketch s = Sketch.of(5);
        return s.build(s.node(op, with("axis", 1L), s.mostlyPositive(s.node("Relu", s.gemm(s.x, 5, 6)), 6)));
    }

    private static Graph shares() {
        Sketch s = Sketch.of(5);
        String a = s.node("Softplus", s.mostlyPositive(s.node("Relu", s.gemm(s.x, 5, 6)), 6));
        return s.build(s.node("Div", a, s.node("ReduceSum", with("keepdims", 1L), a, s.ints(1))));
    }

    private static Graph logShares() {
        Sketch s = Sketch.of(5);
        String a = s.mostlyPositive(s.node("Relu", s.gemm(s.x, 5, 6)), 6);
        return s.build(s.node("Sub", a, s.node("ReduceLogSumExp", with("axes", longs(1)), a)));
    }
}
