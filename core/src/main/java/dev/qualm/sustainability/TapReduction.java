package dev.qualm.sustainability;

import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Tensors;
import java.util.Arrays;
import java.util.function.LongFunction;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** Sums over representations where they are, so that a few numbers are copied instead of tensors. For one thread at a time; close it. */
/*
 * A block at a time: its squares go to one buffer, over and over, that stays in the caches (memory that was never touched costs more than the
 * arithmetic). Within a block the engine adds pairwise, so a float32 sum has an error near 1e-7; blocks are added up in double. Squares of
 * float32 numbers below 1e-19 vanish and above 1e19 overflow: where the sum of a row is 0 or not finite it is taken again in double.
 */
final class TapReduction implements AutoCloseable {
    /** Entries of a block. */
    private static final long BLOCK = 1 << 17;

    /** "No reduction" of the engine's losses. */
    private static final long EACH = 0;

    private @Nullable Tensor buffer;

    /** Squares of a block of rows, or of their differences, into a buffer. */
    @FunctionalInterface
    private interface Squares {
        /** Rows {@code row} to {@code row + rows}, columns {@code column} to {@code column + columns}. */
        Tensor of(long row, long rows, long column, long columns);
    }

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
        return sums(
                rows,
                rows.size(0),
                (row, count, column, columns) -> {
                    Tensor part = part(rows, row, count, column, columns);
                    return torch.mul_out(buffer(part), part, part);
                },
                row -> exact(rows, row).square());
    }

    /**
     * Sum of the squared differences of each row.
     *
     * @param a clean, {@code [n, entries]}
     * @param b perturbed, {@code [k * n, entries]}: those of one perturbation after those of another
     */
    double[] differences(Tensor a, Tensor b) {
        long n = a.size(0);
        return sums(
                b,
                n,
                (row, count, column, columns) -> {
                    Tensor to = part(b, row, count, column, columns);
                    if (count <= n) {
                        Tensor from = part(a, row % n, count, column, columns);
                        return torch.mse_loss_out(buffer(to), from, to, EACH);
                    }
                    Tensor out = buffer(to);
                    torch.mse_loss_out(out.view(-1, n, columns), a.unsqueeze(0), to.view(-1, n, columns), EACH);
                    return out;
                },
                row -> exact(a, row % n).sub(exact(b, row)).square());
    }

    /**
     * Adds up squares, block by block.
     *
     * @param period blocks hold a multiple of as many rows, or lie between two such multiples
     * @param exact squares of one row, in double
     */
    private double[] sums(Tensor rows, long period, Squares squares, LongFunction<Tensor> exact) {
        long n = rows.size(0);
        long width = rows.size(1);
        double[] out = new double[(int) n];
        long columns = Math.min(width, BLOCK);
        long most = Math.max(1, BLOCK / Math.max(1, width));
        long step = most >= period ? most / period * period : most;
        for (long row = 0; row < n; ) {
            long count = Math.min(n - row, step < period ? Math.min(step, period - row % period) : step);
            for (long column = 0; column < width; column += columns) {
                try (NativeScope scope = NativeScope.values()) {
                    Tensor part = squares.of(row, count, column, Math.min(columns, width - column));
                    double[] sums = doubles(part.sum(new long[] {1}, false, new ScalarTypeOptional()));
                    for (int i = 0; i < count; i++) {
                        out[(int) row + i] += sums[i];
                    }
                }
            }
            row += count;
        }
        for (int i = 0; i < n && !Tensors.is(rows, ScalarType.Double); i++) {
            if (!(out[i] > 1e-30) || Double.isInfinite(out[i])) {
                try (NativeScope scope = NativeScope.values()) {
                    out[i] = exact.apply(i).sum().item_double();
                }
            }
        }
        return out;
    }

    private static Tensor part(Tensor rows, long row, long count, long column, long columns) {
        Tensor some = count == rows.size(0) ? rows : rows.narrow(0, row, count);
        return columns == rows.size(1) ? some : some.narrow(1, column, columns);
    }

    private static Tensor exact(Tensor rows, long row) {
        return rows.narrow(0, row, 1).to(ScalarType.Double);
    }

    /** Largest absolute difference of each row; 0 for rows without entries. Rows as of {@link #differences}. */
    double[] largest(Tensor a, Tensor b) {
        if (b.numel() == 0) {
            return new double[(int) b.size(0)];
        }
        long n = a.size(0);
        double[] out = new double[(int) b.size(0)];
        for (int from = 0; from < out.length; from += (int) n) {
            try (NativeScope scope = NativeScope.values()) {
                double[] some = doubles(a.sub(b.narrow(0, from, n)).abs().amax(new long[] {1}, false));
                System.arraycopy(some, 0, out, from, some.length);
            }
        }
        return out;
    }

    /** Inner products of all pairs of rows, {@code [n, n]} row-major, in double. */
    static double[] gram(Tensor rows) {
        Tensor exact = rows.to(ScalarType.Double);
        return doubles(exact.matmul(exact.t()));
    }

    /** Room for as many numbers, the same memory each time. */
    private Tensor buffer(Tensor like) {
        long size = like.numel();
        Tensor all = buffer;
        if (all == null || all.numel() < size || Tensors.type(all) != Tensors.type(like)) {
            close();
            all = torch.empty(
                    new long[] {Math.max(size, BLOCK)}, Tensors.options(Tensors.type(like)), Tensors.noFormat());
            all.retainReference();
            buffer = all;
        }
        return all.narrow(0, 0, size).view(like.size(0), like.size(1));
    }

    private static double[] doubles(Tensor t) {
        return Tensors.toArray(t).toDoubles();
    }

    @Override
    public void close() {
        if (buffer != null) {
            buffer.releaseReference();
            buffer = null;
        }
    }
}
