package dev.qualm.sustainability;

import dev.qualm.network.engine.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** Sums over representations where they are, so that a few numbers are copied instead of tensors. */
/*
 * The engine adds pairwise, so a float32 sum of any length has an error near 1e-7; what leaves it is added up in double. Squares of float32
 * numbers below 1e-19 vanish and above 1e19 overflow: where a sum is 0 or not finite it is taken again in double.
 * Squares go to one buffer, over and over: memory that was never touched costs more than the arithmetic. So an instance serves one scope of
 * native memory, on one thread: the first squares are taken there, and no later tensor is larger.
 */
final class TapReduction {
    /** "No reduction" of the engine's losses. */
    private static final long EACH = 0;

    private @Nullable Tensor buffer;

    /**
     * One row per item, without a copy for every layout that convolutions leave behind. The order of the entries is that of the
     * memory.
     *
     * @param rows items that were run
     */
    static Tensor rows(Tensor t, Tap tap, int rows) {
        if (!Tensors.isFloating(t)) {
            throw new SustainabilityException("Tap " + tap + ": expected a tensor of floats, but found "
                    + Tensors.type(t) + Arrays.toString(Tensors.shape(t)));
        }
        if (t.dim() == 0 || t.size(0) != rows) {
            throw new SustainabilityException("Tap " + tap + ": expected a tensor with the batch of " + rows
                    + " as its first axis, but found " + Arrays.toString(Tensors.shape(t))
                    + "; name another tensor, for example after a Transpose");
        }
        Tensor inOrder = t.dim() == 4 && t.is_contiguous(MemoryFormat.ChannelsLast) ? t.permute(0, 2, 3, 1) : t;
        return rows == 0 ? inOrder.reshape(0, 0) : inOrder.reshape(rows, -1);
    }

    /** Sum of the squares of each row. */
    double[] squares(Tensor rows) {
        double[] sums = sums(torch.mul_out(buffer(rows), rows, rows));
        return isSafe(sums, rows) ? sums : sums(rows.to(ScalarType.Double).square());
    }

    /** Sum of the squared differences of each row. */
    double[] differences(Tensor a, Tensor b) {
        double[] sums = sums(torch.mse_loss_out(buffer(a), a, b, EACH));
        if (isSafe(sums, a)) {
            return sums;
        }
        return sums(a.to(ScalarType.Double).sub(b.to(ScalarType.Double)).square());
    }

    /** Largest absolute difference of each row; 0 for rows without entries. */
    static double[] largest(Tensor a, Tensor b) {
        return a.numel() == 0
                ? new double[(int) a.size(0)]
                : doubles(a.sub(b).abs().amax(new long[] {1}, false));
    }

    /** Inner products of all pairs of rows, {@code [n, n]} row-major, in double. */
    static double[] gram(Tensor rows) {
        Tensor exact = rows.to(ScalarType.Double);
        return doubles(exact.matmul(exact.t()));
    }

    /** Room for as many numbers, the same each time it is large enough. */
    private Tensor buffer(Tensor like) {
        long size = like.numel();
        Tensor all = buffer;
        if (all == null || all.numel() < size || Tensors.type(all) != Tensors.type(like)) {
            all = torch.empty(new long[] {size}, Tensors.options(Tensors.type(like)), Tensors.noFormat());
            buffer = all;
        }
        return all.narrow(0, 0, size).view(like.size(0), like.size(1));
    }

    private static double[] sums(Tensor rows) {
        return doubles(rows.sum(new long[] {1}, false, new ScalarTypeOptional()));
    }

    private static double[] doubles(Tensor t) {
        return Tensors.toArray(t).toDoubles();
    }

    private static boolean isSafe(double[] sums, Tensor rows) {
        if (Tensors.is(rows, ScalarType.Double)) {
            return true;
        }
        for (double s : sums) {
            if (!(s > 1e-30) || Double.isInfinite(s)) {
                return false;
            }
        }
        return true;
    }
}
