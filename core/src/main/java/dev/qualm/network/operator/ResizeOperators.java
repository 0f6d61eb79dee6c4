package dev.qualm.network.operator;

import dev.qualm.array.Array;
import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.operator.NodeContext.IntsArgument;
import dev.qualm.network.operator.ResizeAxis.Coordinates;
import dev.qualm.network.operator.ResizeAxis.Kind;
import dev.qualm.network.operator.ResizeAxis.Rounding;
import dev.qualm.network.operator.ResizeAxis.Taps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Resize and Upsample: separable interpolation, one axis after the other. */
final class ResizeOperators {
    /** Up to so many taps are gathered and added; wider kernels (antialiasing) are a matrix product. */
    private static final int GATHERED_TAPS = 4;

    private ResizeOperators() {}

    static List<Operator> all() {
        // Nothing is copied when no axis changes.
        return List.of(
                Operator.aliasing("Resize", ResizeOperators::resize),
                Operator.aliasing("Upsample", ResizeOperators::upsample));
    }

    /** How all axes are resampled. */
    private record Method(
            Kind kind,
            Coordinates coordinates,
            Rounding rounding,
            double cubic,
            boolean antialias,
            boolean excludeOutside,
            double outsideValue) {}

    private static Kernel upsample(NodeContext node) {
        Attributes a = node.attributes();
        Method method = new Method(kind(node), Coordinates.ASYMMETRIC, Rounding.FIRST, -0.75, false, false, 0);
        float[] attribute = a.getFloats("scales");
        if (attribute == null && a.has("height_scale")) {
            attribute = new float[] {1, 1, a.getFloat("height_scale", 1), a.getFloat("width_scale", 1)};
        }
        FloatsArgument scales = floats(node, 1, attribute);
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            return apply(node, x, axes(node, x, required(node, scales.get(in)), null, null), method);
        });
    }

    private static Kernel resize(NodeContext node) {
        Attributes a = node.attributes();
        boolean first = node.opset() < 11;
        Method method = new Method(
                kind(node),
                first
                        ? Coordinates.ASYMMETRIC
                        : choice(node, "coordinate_transformation_mode", Coordinates.class, Coordinates.HALF_PIXEL),
                first ? Rounding.FIRST : choice(node, "nearest_mode", Rounding.class, Rounding.ROUND_PREFER_FLOOR),
                a.getFloat("cubic_coeff_a", -0.75f),
                a.getInt("antialias", 0) != 0,
                a.getInt("exclude_outside", 0) != 0,
                a.getFloat("extrapolation_value", 0));
        FloatsArgument roi = floats(node, first ? -1 : 1, null);
        FloatsArgument scales = floats(node, first ? 1 : 2, null);
        IntsArgument sizes = node.ints("", 3);
        String policy = a.getString("keep_aspect_ratio_policy", "stretch");
        if (!List.of("stretch", "not_larger", "not_smaller").contains(policy)) {
            throw node.unsupported(
                    "expected keep_aspect_ratio_policy stretch, not_larger or not_smaller, found '" + policy + "'");
        }
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            float[] region =
                    method.coordinates() == Coordinates.TF_CROP_AND_RESIZE ? required(node, roi.get(in)) : null;
            long[] size = first ? null : sizes.get(in);
            List<ResizeAxis> axes = size != null && size.length > 0
                    ? fitted(node, x, size, policy, region)
                    : axes(
                            node,
                            x,
                            required(node, scales.get(in)),
                            node.attributes().getInts("axes"),
                            region);
            return apply(node, x, axes, method);
        });
    }

    /** The axes of {@code x} when scales are given, for all axes or for the listed ones. */
    private static List<ResizeAxis> axes(
            NodeContext node, Tensor x, float[] scales, long @Nullable [] listed, float @Nullable [] roi) {
        int[] slots = slots(node, x, listed, scales.length);
        List<ResizeAxis> all = new ArrayList<>();
        for (int i = 0; i < x.dim(); i++) {
            int slot = slots[i];
            double start = roi == null || slot < 0 ? 0 : roi[slot];
            double end = roi == null || slot < 0 ? 1 : roi[scales.length + slot];
            float scale = slot < 0 ? 1 : scales[slot];
            if (!(scale > 0)) {
                throw node.unsupported("expected scales > 0, found " + Arrays.toString(scales));
            }
            // As ONNX infers shapes: in 32 bits (10 * 0.7f is 7, not 6.9999998), whatever the region of interest.
            long output = (long) Math.floor(x.size(i) * scale);
            all.add(new ResizeAxis(x.size(i), output, scale, start, end));
        }
        return all;
    }

    /** The axes of {@code x} when sizes are given. */
    private static List<ResizeAxis> fitted(
            NodeContext node, Tensor x, long[] sizes, String policy, float @Nullable [] roi) {
        int[] slots = slots(node, x, node.attributes().getInts("axes"), sizes.length);
        double common = Double.NaN;
        if (!policy.equals("stretch")) {
            boolean larger = policy.equals("not_smaller");
            for (int i = 0; i < x.dim(); i++) {
                if (slots[i] >= 0) {
                    double ratio = (double) sizes[slots[i]] / x.size(i);
                    common = Double.isNaN(common) ? ratio : larger ? Math.max(common, ratio) : Math.min(common, ratio);
                }
            }
        }
        List<ResizeAxis> all = new ArrayList<>();
        for (int i = 0; i < x.dim(); i++) {
            int slot = slots[i];
            long input = x.size(i);
            double start = roi == null || slot < 0 ? 0 : roi[slot];
            double end = roi == null || slot < 0 ? 1 : roi[sizes.length + slot];
            if (slot < 0) {
                all.add(new ResizeAxis(input, input, 1, 0, 1));
            } else if (Double.isNaN(common)) {
                all.add(new ResizeAxis(input, sizes[slot], (double) sizes[slot] / input, start, end));
            } else {
                all.add(new ResizeAxis(input, (long) Math.floor(common * input + 0.5), common, start, end));
            }
        }
        return all;
    }

    /** For every axis of {@code x} the place of its value in the arguments, or -1. */
    private static int[] slots(NodeContext node, Tensor x, long @Nullable [] listed, int values) {
        int rank = (int) x.dim();
        int[] slots = new int[rank];
        Arrays.fill(slots, -1);
        int expected = listed == null ? rank : listed.length;
        if (values != expected) {
            throw node.unsupported("expected " + expected + " scales or sizes, found " + values);
        }
        for (int i = 0; i < values; i++) {
            long axis = listed == null ? i : listed[i] < 0 ? listed[i] + rank : listed[i];
            if (axis < 0 || axis >= rank) {
                throw node.unsupported(
                        "expected axes of a tensor with " + rank + " axes, found " + Arrays.toString(listed));
            }
            slots[(int) axis] = i;
        }
        return slots;
    }

    private static Tensor apply(NodeContext node, Tensor x, List<ResizeAxis> axes, Method m) {
        if (m.kind() != Kind.NEAREST && !Tensors.isFloating(x)) {
            throw node.unsupported(
                    "expected floating-point data for mode " + name(m.kind()) + ", found " + Tensors.type(x));
        }
        Shapes.checked(
                axes.stream().mapToLong(ResizeAxis::output).toArray(),
                node.node().label());
        // Where no axis changes, the output is still a node of its own for autograd.
        Tensor y = x.alias();
        for (int i = 0; i < axes.size(); i++) {
            ResizeAxis axis = axes.get(i);
            if (axis.output() < 1 || axis.output() > Integer.MAX_VALUE) {
                throw node.unsupported(
                        "expected an output of 1 to 2^31 - 1 elements on axis " + i + ", found " + axis.output());
            }
            if (!axis.identity(m.coordinates())) {
                y = m.kind() == Kind.NEAREST
                        ? y.index_select(i, Constants.longs(axis.nearest(m.coordinates(), m.rounding())))
                        : interpolate(y, i, axis, m);
            }
        }
        for (int i = 0; i < axes.size(); i++) {
            boolean[] outside = axes.get(i).outside(m.coordinates());
            if (ResizeAxis.any(outside)) {
                long[] shape = new long[axes.size()];
                Arrays.fill(shape, 1);
                shape[i] = -1;
                Tensor mask = Constants.longs(ResizeAxis.numbers(outside))
                        .reshape(shape)
                        .gt(new Scalar(0L));
                y = y.masked_fill(mask, new Scalar(m.outsideValue()));
            }
        }
        return y;
    }

    private static Tensor interpolate(Tensor x, int axis, ResizeAxis a, Method m) {
        Taps taps = a.taps(m.kind(), m.coordinates(), m.cubic(), m.antialias(), m.excludeOutside());
        if (taps.count() > GATHERED_TAPS) {
            Tensor matrix = Constants.doubles(a.matrix(taps), x).reshape(a.output(), a.input());
            return torch.linear(x.transpose(axis, -1), matrix).transpose(axis, -1);
        }
        long[] shape = new long[(int) x.dim()];
        Arrays.fill(shape, 1);
        shape[axis] = -1;
        Tensor y = null;
        for (int k = 0; k < taps.count(); k++) {
            Tensor weight = Constants.doubles(taps.weights[k], x).reshape(shape);
            Tensor term =
                    x.index_select(axis, Constants.longs(taps.positions[k])).mul(weight);
            y = y == null ? term : y.add(term);
        }
        return y == null ? x : y;
    }

    private static Kind kind(NodeContext node) {
        String mode = node.attributes().getString("mode", "nearest");
        return switch (mode) {
            case "nearest" -> Kind.NEAREST;
            case "linear", "bilinear" -> Kind.LINEAR;
            case "cubic" -> Kind.CUBIC;
            default -> throw node.unsupported("expected mode nearest, linear or cubic, found '" + mode + "'");
        };
    }

    private static <E extends Enum<E>> E choice(NodeContext node, String attribute, Class<E> type, E otherwise) {
        String name = node.attributes().getString(attribute, "");
        if (name.isEmpty()) {
            return otherwise;
        }
        for (E value : type.getEnumConstants()) {
            if (name(value).equals(name) && value != Rounding.FIRST) {
                return value;
            }
        }
        throw node.unsupported("expected " + attribute + " one of "
                + Arrays.stream(type.getEnumConstants())
                        .map(ResizeOperators::name)
                        .toList() + ", found '" + name + "'");
    }

    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static float[] required(NodeContext node, float @Nullable [] values) {
        if (values == null || values.length == 0) {
            throw node.unsupported("expected scales or sizes (and roi for tf_crop_and_resize), found none");
        }
        return values;
    }

    /** A list of floats, resolved per call; null or empty when absent. */
    @FunctionalInterface
    private interface FloatsArgument {
        float @Nullable [] get(Inputs in);
    }

    private static FloatsArgument floats(NodeContext node, int input, float @Nullable [] attribute) {
        Array constant = input < 0 || !node.hasInput(input) ? null : node.constant(input);
        float[] fixed = attribute == null && constant != null ? constant.toFloats() : attribute;
        if (fixed != null || input < 0 || !node.hasInput(input)) {
            return in -> fixed;
        }
        return in -> Tensors.toArray(in.get(input)).toFloats();
    }
}
