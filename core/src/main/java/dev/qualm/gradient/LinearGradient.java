package dev.qualm.gradient;

import dev.qualm.gradient.Parameters.Use;
import dev.qualm.network.graph.Node;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Per-input gradients of the matrices of Gemm and MatMul: sums over positions of outer products, a single outer product, never
 * formed, where a layer is applied once per input.
 */
final class LinearGradient extends NodeGradient {
    private final Tensor left;
    private final Tensor right;

    /**
     * @param left {@code [n, positions, rows of the weight]}
     * @param right {@code [n, positions, columns of the weight]}
     */
    private LinearGradient(Tensor left, Tensor right) {
        this.left = left;
        this.right = right;
    }

    static @Nullable NodeGradient of(Use use, Recorded tape) {
        Node node = use.node();
        return node.op().equals("Gemm")
                ? use.input() == 1 ? gemm(node, tape) : gemmSummand(use, tape)
                : use.input() == 1 ? timesWeight(node, tape) : weightTimes(node, tape);
    }

    private static @Nullable NodeGradient gemm(Node node, Recorded tape) {
        BatchAxis in = tape.axis(node.input(0));
        BatchAxis out = tape.axis(node.output());
        boolean transposedInput = node.attributes().getInt("transA", 0) != 0;
        if (in == null || out == null || in.axis() != (transposedInput ? 1 : 0) || !same(in, out, 0)) {
            return null;
        }
        Tensor a = in.perInput(tape.value(node.input(0)));
        Tensor d = out.perInput(tape.gradient(node.output()));
        float alpha = node.attributes().getFloat("alpha", 1);
        if (alpha != 1) {
            d = d.mul(new Scalar((double) alpha));
        }
        return node.attributes().getInt("transB", 0) != 0 ? new LinearGradient(d, a) : new LinearGradient(a, d);
    }

    private static @Nullable NodeGradient gemmSummand(Use use, Recorded tape) {
        Node node = use.node();
        BatchAxis out = tape.axis(node.output());
        if (out == null || out.axis() != 0) {
            return null;
        }
        Tensor d = tape.gradient(node.output());
        float beta = node.attributes().getFloat("beta", 1);
        return ReducedGradient.of(beta == 1 ? d : d.mul(new Scalar((double) beta)), out, tape.shape(node.input(2)));
    }

    /** x W: x ends in the rows of W, the product in its columns. */
    private static @Nullable NodeGradient timesWeight(Node node, Recorded tape) {
        BatchAxis in = tape.axis(node.input(0));
        BatchAxis out = tape.axis(node.output());
        Tensor x = tape.value(node.input(0));
        if (in == null || out == null || tape.shape(node.input(1)).length != 2 || in.axis() == x.dim() - 1) {
            return null;
        }
        return same(in, out, in.axis())
                ? new LinearGradient(positions(in.perInput(x)), positions(out.perInput(tape.gradient(node.output()))))
                : null;
    }

    /** W x: the last but one axis of x meets the columns of W. */
    private static @Nullable NodeGradient weightTimes(Node node, Recorded tape) {
        BatchAxis in = tape.axis(node.input(1));
        BatchAxis out = tape.axis(node.output());
        Tensor x = tape.value(node.input(1));
        int rank = (int) x.dim();
        if (in == null || out == null || tape.shape(node.input(0)).length != 2 || rank < 2 || in.axis() == rank - 2) {
            return null;
        }
        if (!same(in, out, in.axis())) {
            return null;
        }
        Tensor a = in.perInput(x);
        Tensor d = out.perInput(tape.gradient(node.output()));
        if (in.axis() != rank - 1) {
            a = a.transpose(-1, -2);
            d = d.transpose(-1, -2);
        }
        return new LinearGradient(positions(d), positions(a));
    }

    private static boolean same(BatchAxis in, BatchAxis out, int outAxis) {
        return out.axis() == outAxis && in.repeats() == out.repeats() && in.outer() == out.outer();
    }

    /** All axes between the first and the last as one. */
    private static Tensor positions(Tensor t) {
        return t.reshape(t.size(0), -1, t.size(-1));
    }

    @Override
    Tensor formed(int from, int to, boolean ordered) {
        Tensor l = left.narrow(0, from, to - from);
        Tensor r = right.narrow(0, from, to - from);
        return torch.bmm(l.transpose(1, 2), r).reshape(to - from, -1);
    }

    @Override
    @Nullable
    Outer outer() {
        return left.size(1) == 1 ? new Outer(left.squeeze(1), right.squeeze(1)) : null;
    }
}
