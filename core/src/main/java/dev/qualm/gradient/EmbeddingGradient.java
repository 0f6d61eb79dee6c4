package dev.qualm.gradient;

import dev.qualm.gradient.Parameters.Use;
import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.Node;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** Per-input gradients of an embedding table (Gather along axis 0): zero but for the rows an input looks up. */
final class EmbeddingGradient extends NodeGradient {
    private final Tensor rows;
    private final Tensor gradients;
    private final long height;

    private EmbeddingGradient(Tensor rows, Tensor gradients, long height) {
        this.rows = rows;
        this.gradients = gradients;
        this.height = height;
    }

    static @Nullable NodeGradient of(Use use, Recorded tape) {
        Node n = use.node();
        BatchAxis in = tape.axis(n.input(1));
        BatchAxis out = tape.axis(n.output());
        if (in == null || out == null || !in.equals(out)) {
            return null;
        }
        long height = tape.shape(n.input(0))[0];
        Tensor index = in.perInput(tape.value(n.input(1)).to(ScalarType.Long));
        // Negative indices count from the end.
        index = index.remainder(new Scalar(height)).reshape(index.size(0), -1);
        Tensor d = out.perInput(tape.gradient(n.output()));
        return new EmbeddingGradient(index, d.reshape(d.size(0), index.size(1), -1), height);
    }

    @Override
    Tensor formed(int from, int to, boolean ordered) {
        int n = to - from;
        long width = gradients.size(2);
        Tensor first = torch.arange(new Scalar((long) n), Tensors.options(ScalarType.Long))
                .mul(new Scalar(height))
                .unsqueeze(1);
        Tensor index = rows.narrow(0, from, n).add(first).flatten();
        Tensor all = torch.zeros(new long[] {n * height, width}, gradients.options());
        return all.index_add(0, index, gradients.narrow(0, from, n).reshape(-1, width))
                .reshape(n, -1);
    }

    @Override
    Sparse sparse() {
        return new Sparse(rows, gradients, height);
    }
}
