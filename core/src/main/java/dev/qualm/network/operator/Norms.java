package dev.qualm.network.operator;

import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;

/** Sums, means and p-norms over given axes, which stay with length one. */
final class Norms {
    private Norms() {}

    static Tensor sum(Tensor x, long[] axes) {
        // For the engine no axes means all axes; here it means none.
        return axes.length == 0 ? x : x.sum(axes, true, new ScalarTypeOptional());
    }

    static Tensor mean(Tensor x, long[] axes) {
        return axes.length == 0 ? x : x.mean(axes, true, new ScalarTypeOptional());
    }

    /** All axes of {@code x} but the given ones. */
    static long[] axesExcept(Tensor x, int... kept) {
        return LongStream.range(0, x.dim())
                .filter(i -> IntStream.of(kept).noneMatch(k -> k == i))
                .toArray();
    }

    /** Absolute values to the power {@code p >= 1}. */
    static Tensor power(Tensor x, double p) {
        if (p == 1) {
            return x.abs();
        }
        return p == 2 ? x.square() : x.abs().pow(new Scalar(p));
    }

    /**
     * The {@code p}-th root of a nonnegative tensor; at zero its derivatives are taken as zero, where they are
     * infinite.
     */
    static Tensor root(Tensor x, double p) {
        if (p == 1) {
            return x;
        }
        Tensor zero = x.eq(new Scalar(0.0));
        Tensor positive = x.masked_fill(zero, new Scalar(1.0));
        Tensor root = p == 2 ? positive.sqrt() : positive.pow(new Scalar(1 / p));
        return root.masked_fill(zero, new Scalar(0.0));
    }
}
