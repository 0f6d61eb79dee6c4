package dev.qualm.network.operator;

import dev.qualm.network.engine.Tensors;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Operators that only look at the same elements under another shape or order of axes. */
/*
 * A kernel never returns its input itself, even when nothing changes: the alias is a node of its own for autograd,
 * so the gradient with respect to the output does not pick up paths that leave from the input.
 */
final class ViewOperators {
    private ViewOperators() {}

    static List<Operator> all() {
        return List.of(
                Operator.aliasing("Identity", node -> Kernel.of(in -> in.get(0).alias())),
                Operator.aliasing("Reshape", ViewOperators::reshape),
                Operator.aliasing("Flatten", ViewOperators::flatten),
                Operator.aliasing("Transpose", ViewOperators::transpose),
                Operator.aliasing("Squeeze", ViewOperators::squeeze),
                Operator.aliasing("Unsqueeze", ViewOperators::unsqueeze),
                Operator.aliasing("Expand", ViewOperators::expand));
    }

    private static Kernel reshape(NodeContext node) {
        NodeContext.IntsArgument shape = node.ints("shape", 1);
        boolean allowZero = node.attributes().getInt("allowzero", 0) != 0;
        String at = node.node().label();
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            long[] target = Shapes.required(shape.get(in), "shape", at);
            return x.reshape(resolve(target, Tensors.dims(x), allowZero, at));
        });
    }

    /** Replaces 0 (copy the input's dimension) and -1 (whatever is left). */
    private static long[] resolve(long[] target, long[] dims, boolean allowZero, String at) {
        long[] out = target.clone();
        int free = -1;
        for (int i = 0; i < out.length; i++) {
            if (out[i] == 0 && !allowZero && i < dims.length) {
                out[i] = dims[i];
            } else if (out[i] == -1 && free < 0) {
                free = i;
                out[i] = 1;
            }
        }
        long size = Shapes.product(dims, 0, dims.length);
        Shapes.checked(out, at);
        long known = Shapes.product(out, 0, out.length);
        if (free >= 0 && known > 0 && size % known == 0) {
            out[free] = size / known;
            known = size;
        }
        if (known != size || (free >= 0 && known == 0)) {
            throw Shapes.error(
                    at,
                    "expected a shape for the " + size + " elements of " + Arrays.toString(dims) + ", but found "
                            + Arrays.toString(target));
        }
        return out;
    }

    private static Kernel flatten(NodeContext node) {
        long axis = node.attributes().getInt("axis", 1);
        String at = node.node().label();
        return Kernel.of(in -> {
            long[] dims = Tensors.dims(in.get(0));
            int split = axis == dims.length ? dims.length : Shapes.axis(axis, dims.length, at);
            return in.get(0).reshape(Shapes.product(dims, 0, split), Shapes.product(dims, split, dims.length));
        });
    }

    private static Kernel transpose(NodeContext node) {
        long[] perm = node.attributes().getInts("perm");
        String at = node.node().label();
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            int rank = (int) x.dim();
            if (perm == null) {
                long[] reversed = Shapes.range(rank);
                Arrays.setAll(reversed, i -> rank - 1 - i);
                return x.permute(reversed);
            }
            if (perm.length != rank) {
                throw Shapes.error(
                        at,
                        "expected " + perm.length + " axes for perm " + Arrays.toString(perm) + ", but found shape "
                                + Shapes.text(x));
            }
            return x.permute(Shapes.axes(perm, rank, at));
        });
    }

    private static Kernel squeeze(NodeContext node) {
        NodeContext.IntsArgument axes = node.ints("axes", 1);
        String at = node.node().label();
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            long[] given = axes.get(in);
            if (given == null) {
                return torch.squeeze(x);
            }
            long[] drop = Shapes.axes(given, x.dim(), at);
            for (long a : drop) {
                if (x.size(a) != 1) {
                    throw Shapes.error(at, "expected length 1 of axis " + a + ", but found shape " + Shapes.text(x));
                }
            }
            return drop.length == 0 ? x.alias() : torch.squeeze(x, drop);
        });
    }

    private static Kernel unsqueeze(NodeContext node) {
        NodeContext.IntsArgument axes = node.ints("axes", 1);
        String at = node.node().label();
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            long[] given = Shapes.required(axes.get(in), "axes", at);
            long[] add = Shapes.axes(given, x.dim() + given.length, at);
            Arrays.sort(add);
            Tensor y = add.length == 0 ? x.alias() : x;
            for (long a : add) {
                y = y.unsqueeze(a);
            }
            return y;
        });
    }

    private static Kernel expand(NodeContext node) {
        NodeContext.IntsArgument shape = node.ints("", 1);
        String at = node.node().label();
        return Kernel.of(in -> {
            Tensor x = in.get(0);
            long[] dims = Tensors.dims(x);
            long[] wanted = Shapes.required(shape.get(in), "shape", at);
            long[] out = new long[Math.max(dims.length, wanted.length)];
            for (int i = 0; i < out.length; i++) {
                int d = i - out.length + dims.length;
                int w = i - out.length + wanted.length;
                long have = d < 0 ? 1 : dims[d];
                long want = w < 0 ? 1 : wanted[w];
                if (have != want && have != 1 && want != 1) {
                    throw Shapes.error(
                            at,
                            "expected a shape that broadcasts with " + Arrays.toString(dims) + ", but found "
                                    + Arrays.toString(wanted));
                }
                out[i] = have == 1 ? want : have;
            }
            return x.expand(Shapes.checked(out, at));
        });
    }
}
