package dev.qualm.network.operator;

import dev.qualm.network.engine.Tensors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Index tensors: checked before native code sees them, and counted from the front. */
final class Indices {
    private Indices() {}

    /** Indices into an axis of length {@code size} as int64 without negative ones. */
    static Tensor normalized(Tensor indices, long size, String at) {
        Tensor i = indices.to(ScalarType.Long);
        if (i.numel() == 0) {
            return i;
        }
        long low = i.min().item_long();
        check(low, size, at);
        check(i.max().item_long(), size, at);
        return low >= 0 ? i : torch.where(i.lt(new Scalar(0L)), i.add(new Scalar(size)), i);
    }

    /** One index, counted from the front. */
    static long normalized(long index, long size, String at) {
        check(index, size, at);
        return index < 0 ? index + size : index;
    }

    private static void check(long index, long size, String at) {
        if (index < -size || index >= size) {
            throw Shapes.error(at, "expected indices from " + -size + " to " + (size - 1) + ", but found " + index);
        }
    }

    /**
     * Index tuples {@code [..., k]} into axes {@code from} to {@code from + k} of {@code dims} as row-major offsets
     * {@code [...]} over these axes.
     */
    static Tensor linear(Tensor tuples, long[] dims, int from, String at) {
        int k = (int) tuples.size(-1);
        TensorVector columns = new TensorVector();
        for (int j = 0; j < k; j++) {
            long stride = Shapes.product(dims, from + j + 1, from + k);
            Tensor column = normalized(tuples.select(-1, j), dims[from + j], at);
            columns.push_back(column.mul(new Scalar(stride)));
        }
        return torch.stack(columns, 0).sum(new long[] {0});
    }

    /** 0, 1, ..., n - 1 as int64. */
    static Tensor range(long n) {
        return torch.arange(new Scalar(n), Tensors.options(ScalarType.Long));
    }
}
