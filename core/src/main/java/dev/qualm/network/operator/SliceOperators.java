package dev.qualm.network.operator;

import dev.qualm.network.engine.Tensors;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Operators that cut tensors into contiguous or strided pieces, and join or repeat pieces. */
final class SliceOperators {
    private SliceOperators() {}

    static List<Operator> all() {
        return List.of(
                Operator.of("Concat", SliceOperators::concat),
                Operator.aliasing("Split", SliceOperators::split),
                Operator.aliasing("Slice", SliceOperators::slice),
                Operator.of("Tile", SliceOperators::tile));
    }

    private static Kernel concat(NodeContext node) {
        if (node.opset() >= 4 && !node.attributes().has("axis")) {
            throw node.unsupported("expected attribute 'axis', but found none");
        }
        long axis = node.attributes().getInt("axis", 1);
        String at = node.node().label();
        return Kernel.of(in -> {
            long rank = in.get(0).dim();
            Tensor[] parts = new Tensor[in.count()];
            for (int i = 0; i < parts.length; i++) {
                parts[i] = in.get(i);
                // Left to itself, the engine skips an empty vector whatever the rank of its companions.
                if (parts[i].dim() != rank) {
                    throw Shapes.error(
                            at,
                            "expected inputs of equal rank, but found " + Shapes.text(in.get(0)) + " and "
                                    + Shapes.text(parts[i]));
                }
            }
            return torch.cat(new TensorVector(parts), Shapes.axis(axis, rank, at));
        });
    }

    private static Kernel split(NodeContext node) {
        long axis = node.attributes().getInt("axis", 0);
        NodeContext.IntsArgument lengths = node.ints("split", 1);
        int outputs = node.node().outputs().size();
        boolean uneven = node.attributes().has("num_outputs");
        long count = node.attributes().getInt("num_outputs", outputs);
        if (count != outputs) {
            throw node.unsupported("expected as many outputs as num_outputs, but found " + outputs + " and " + count);
        }
        String at = node.node().label();
        return in -> {
            Tensor x = in.get(0);
            int a = Shapes.axis(axis, x.dim(), at);
            long size = x.size(a);
            long[] given = lengths.get(in);
            long[] parts = given == null ? equalParts(size, outputs, uneven, at) : given;
            if (parts.length != outputs
                    || Arrays.stream(parts).anyMatch(p -> p < 0 || p > size)
                    || Arrays.stream(parts).sum() != size) {
                throw Shapes.error(
                        at,
                        "expected " + outputs + " lengths that add up to " + size + ", but found "
                                + Arrays.toString(parts));
            }
            Tensor[] out = new Tensor[outputs];
            long start = 0;
            for (int i = 0; i < outputs; i++) {
                out[i] = x.narrow(a, start, parts[i]);
                start += parts[i];
            }
            return out;
        };
    }

    /** Equal lengths; where {@code uneven} allows it, the last may be shorter. */
    private static long[] equalParts(long size, int outputs, boolean uneven, String at) {
        long each = (size + outputs - 1) / outputs;
        long last = size - each * (outputs - 1);
        if (last < 0 || (last != each && !uneven)) {
            throw Shapes.error(
                    at,
                    "expected an axis that splits into " + outputs + (uneven ? " parts" : " equal parts")
                            + ", but found length " + size);
        }
        long[] parts = new long[outputs];
        Arrays.fill(parts, each);
        parts[outputs - 1] = last;
        return parts;
    }

    private static Kernel slice(NodeContext node) {
        NodeContext.IntsArgument starts = node.ints("starts", 1);
        NodeContext.IntsArgument ends = node.ints("ends", 2);
        NodeContext.IntsArgument axes = node.ints("axes", 3);
        NodeContext.IntsArgument steps = node.ints("steps", 4);
        String at = node.node().label();
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            long[] start = Shapes.required(starts.get(in), "starts", at);
            long[] end = Shapes.required(ends.get(in), "ends", at);
            long[] givenAxes = axes.get(in);
            long[] givenSteps = steps.get(in);
            long[] axis = Shapes.axes(givenAxes == null ? Shapes.range(start.length) : givenAxes, x.dim(), at);
            if (end.length != start.length
                    || axis.length != start.length
                    || (givenSteps != null && givenSteps.length != start.length)) {
                throw Shapes.error(
                        at,
                        "expected starts, ends, axes and steps of equal length, but found "
                                + Arrays.toString(start) + " and " + Arrays.toString(end) + ", axes "
                                + Arrays.toString(axis)
                                + ", steps " + Arrays.toString(givenSteps));
            }
            Tensor y = x.alias();
            for (int i = 0; i < axis.length; i++) {
                y = along(y, axis[i], start[i], end[i], givenSteps == null ? 1 : givenSteps[i], at);
            }
            return y;
        });
    }

    /** Slices one axis; bounds count from the end when negative and are clamped, as in NumPy. */
    private static Tensor along(Tensor x, long axis, long start, long end, long step, String at) {
        if (step == 0) {
            throw Shapes.error(at, "expected steps other than 0");
        }
        long size = x.size(axis);
        long lowest = step > 0 ? 0 : -1;
        long highest = step > 0 ? size : size - 1;
        long from = clamp(start < 0 ? start + size : start, lowest, highest);
        long to = clamp(end < 0 ? end + size : end, lowest, highest);
        long span = step > 0 ? to - from : from - to;
        long stride = step == Long.MIN_VALUE ? Long.MAX_VALUE : Math.abs(step);
        long count = span <= 0 ? 0 : (span - 1) / stride + 1;
        if (count == size && step == 1) {
            return x;
        }
        if (count <= 1) {
            return x.narrow(axis, count == 0 ? 0 : from, count);
        }
        long first = step > 0 ? from : from - (count - 1) * stride;
        long last = first + (count - 1) * stride + 1;
        Tensor y = torch.slice(x, axis, new LongOptional(first), new LongOptional(last), stride);
        return step > 0 ? y : y.flip(axis);
    }

    private static long clamp(long value, long low, long high) {
        return Math.max(low, Math.min(high, value));
    }

    private static Kernel tile(NodeContext node) {
        String at = node.node().label();
        NodeContext.IntsArgument repeats = node.ints("", 1);
        NodeContext.IntsArgument axes = node.ints("", 2);
        boolean oneAxis = node.opset() < 6;
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            long[] dims = Tensors.dims(x);
            long[] times = Shapes.required(repeats.get(in), "repeats", at);
            if (oneAxis) {
                // Before opset 6 the inputs were one number of tiles and one axis.
                long axis = Shapes.single(Shapes.required(axes.get(in), "axis", at), "axis", at);
                long[] all = new long[dims.length];
                Arrays.fill(all, 1);
                all[Shapes.axis(axis, dims.length, at)] = Shapes.single(times, "tiles", at);
                times = all;
            }
            if (times.length != dims.length) {
                throw Shapes.error(
                        at,
                        "expected one repeat for each axis of " + Arrays.toString(dims) + ", but found "
                                + Arrays.toString(times));
            }
            long[] out = new long[dims.length];
            for (int i = 0; i < out.length; i++) {
                if (times[i] < 0 || times[i] > Integer.MAX_VALUE) {
                    throw Shapes.error(at, "expected repeats from 0 to 2^31 - 1, but found " + Arrays.toString(times));
                }
                out[i] = dims[i] * times[i];
            }
            Shapes.checked(out, at);
            return x.repeat(times);
        });
    }
}
