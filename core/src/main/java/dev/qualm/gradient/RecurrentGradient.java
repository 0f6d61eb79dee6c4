package dev.qualm.gradient;

import dev.qualm.gradient.NodeGradient.Needs;
import dev.qualm.gradient.Parameters.Use;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.Node;
import dev.qualm.network.operator.Inputs;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** Per-input gradients of the weights of LSTM, GRU and RNN. */
/*
 * Every weight acts through the sums z_t = W x_t + R h_(t-1) + b that enter the gates, so its gradient is a sum over time of
 * outer products of dL/dz_t with what it multiplied. dL/dz_t comes from one local sweep through the operator's own kernel: inputs
 * are extended by zeros, one per gate, and W by an identity, so that a derivative by these zeros is one by z_t. The GRU's hidden
 * gate multiplies the reset gate in, which is recomputed.
 */
final class RecurrentGradient extends NodeGradient {
    private final Recorded tape;
    private final Node node;
    private final int input;
    private final boolean batchFirst;
    private final int directions;

    private RecurrentGradient(Recorded tape, Use use) {
        this.tape = tape;
        this.node = use.node();
        this.input = use.input();
        this.batchFirst = node.attributes().getInt("layout", 0) == 1;
        this.directions = (int) tape.value(node.input(1)).size(0);
    }

    static @Nullable Needs needs(Node n, int input) {
        if (input < 1 || input > 3 || n.op().equals("GRU") && input > 1 && !plainReset(n)) {
            return null;
        }
        List<String> values = new ArrayList<>();
        for (int i : new int[] {0, 4, 5, 6}) {
            if (!n.input(i).isEmpty()) {
                values.add(n.input(i));
            }
        }
        return new Needs(values, n.outputs().stream().filter(o -> !o.isEmpty()).toList());
    }

    /** Whether the reset gate is a plain sigmoid. */
    private static boolean plainReset(Node n) {
        List<String> names = n.attributes().getStrings("activations");
        boolean sigmoid = names == null;
        if (names != null) {
            sigmoid = true;
            for (int i = 0; i < names.size(); i += 2) {
                sigmoid &= names.get(i).equalsIgnoreCase("Sigmoid");
            }
        }
        return sigmoid && !n.attributes().has("clip");
    }

    static @Nullable NodeGradient of(Use use, Recorded tape) {
        RecurrentGradient g = new RecurrentGradient(tape, use);
        Node n = use.node();
        for (int i = 1; i < 4; i++) {
            if (!n.input(i).isEmpty() && !tape.isWeight(n.input(i))) {
                return null;
            }
        }
        List<String> all = new ArrayList<>(n.outputs());
        all.add(0, n.input(0));
        for (int i = 0; i < all.size(); i++) {
            BatchAxis axis = tape.axis(all.get(i));
            int expected = g.batchFirst ? 0 : i == 1 ? 2 : 1;
            if (!all.get(i).isEmpty() && (axis == null || axis.axis() != expected || axis.repeats() != 1)) {
                return null;
            }
        }
        for (int i = 4; i < 7; i++) {
            if (!n.input(i).isEmpty()) {
                int axis = i == 4 || g.batchFirst ? 0 : 1;
                Tensor t = tape.value(n.input(i));
                if (t.dim() <= axis || t.size(axis) != tape.count()) {
                    return null;
                }
            }
        }
        return g;
    }

    @Override
    Tensor formed(int from, int to, boolean ordered) {
        int n = to - from;
        Tensor x = narrow(0, batchFirst ? 0 : 1, from, n);
        Tensor w = tape.value(node.input(1));
        Tensor r = tape.value(node.input(2));
        Tensor y;
        Tensor byGates;
        try (NativeScope scope = NativeScope.recording()) {
            long gates = w.size(1);
            Tensor zeros = torch.zeros(new long[] {x.size(0), x.size(1), directions * gates}, x.options())
                    .set_requires_grad(true);
            Tensor[] in = new Tensor[node.inputs().size()];
            in[0] = joined(x, zeros, 2);
            in[1] = joined(w, selectors(gates, x), 2);
            for (int i = 2; i < in.length; i++) {
                in[i] = node.input(i).isEmpty()
                        ? null
                        : i < 4 || i == 7
                                ? tape.value(node.input(i))
                                : narrow(i, i == 4 || batchFirst ? 0 : 1, from, n);
            }
            Tensor[] out = tape.kernel(node).run(new Inputs(in));
            Tensor loss = torch.zeros(new long[] {1}, x.options());
            for (int i = 0; i < node.outputs().size(); i++) {
                String name = node.outputs().get(i);
                if (!name.isEmpty()) {
                    int axis = batchFirst ? 0 : i == 0 ? 2 : 1;
                    loss = loss.add(out[i].mul(tape.gradient(name).narrow(axis, from, n))
                            .sum());
                }
            }
            byGates = scope.keep(tape.sweep(loss.sum(), null, List.of(zeros)).get(0));
            y = scope.keep(out[0].detach());
        }
        byGates = inputsFirst(byGates);
        long gates = w.size(1);
        TensorVector parts = new TensorVector();
        for (int d = 0; d < directions; d++) {
            Tensor z = byGates.narrow(2, d * gates, gates);
            parts.push_back(gradient(z, inputsFirst(x), before(y, d, from, n), w.select(0, d), r.select(0, d), d));
        }
        return torch.stack(parts, 1).reshape(n, -1);
    }

    /** The gradient for one direction, {@code [n, ...]}; arguments {@code [n, t, ...]}. */
    private Tensor gradient(Tensor z, Tensor x, Tensor h, Tensor w, Tensor r, int d) {
        if (input == 1) {
            return torch.bmm(z.transpose(1, 2), x);
        }
        boolean gru = node.op().equals("GRU");
        long hidden = r.size(1);
        Tensor viaState = z;
        Tensor reset = gru ? resetGate(x, h, w, r, d) : z;
        boolean linearFirst = node.attributes().getInt("linear_before_reset", 0) != 0;
        if (gru && linearFirst) {
            viaState = joined(
                    z.narrow(2, 0, 2 * hidden), z.narrow(2, 2 * hidden, hidden).mul(reset), 2);
        }
        if (input == 3) {
            return joined(Recorded.sum(z, 1), Recorded.sum(viaState, 1), 1);
        }
        if (!gru || linearFirst) {
            return torch.bmm(viaState.transpose(1, 2), h);
        }
        Tensor gates = torch.bmm(z.narrow(2, 0, 2 * hidden).transpose(1, 2), h);
        Tensor candidate = torch.bmm(z.narrow(2, 2 * hidden, hidden).transpose(1, 2), h.mul(reset));
        return joined(gates, candidate, 1);
    }

    private Tensor resetGate(Tensor x, Tensor h, Tensor w, Tensor r, int d) {
        long hidden = r.size(1);
        Tensor z = torch.matmul(x, w.narrow(0, hidden, hidden).t())
                .add(torch.matmul(h, r.narrow(0, hidden, hidden).t()));
        if (!node.input(3).isEmpty()) {
            Tensor b = tape.value(node.input(3)).select(0, d);
            z = z.add(b.narrow(0, hidden, hidden)).add(b.narrow(0, 4 * hidden, hidden));
        }
        return z.sigmoid();
    }

    /** The hidden state that each step started from, {@code [n, t, h]}. */
    private Tensor before(Tensor outputs, int d, int from, int n) {
        Tensor y = batchFirst ? outputs.select(2, d) : outputs.select(1, d).transpose(0, 1);
        Tensor start = node.input(5).isEmpty()
                ? torch.zeros(new long[] {n, 1, y.size(2)}, y.options())
                : narrow(5, batchFirst ? 0 : 1, from, n)
                        .select(batchFirst ? 1 : 0, d)
                        .unsqueeze(1);
        long steps = y.size(1);
        String direction = node.attributes().getString("direction", "forward");
        if (direction.equals("forward") || direction.equals("bidirectional") && d == 0) {
            return joined(start, y.narrow(1, 0, steps - 1), 1);
        }
        Tensor later = joined(y.narrow(1, 1, steps - 1), start, 1);
        if (node.input(4).isEmpty()) {
            return later;
        }
        // Backwards in time a shorter sequence starts, with its initial state, at its own last element.
        Tensor next = torch.arange(new Scalar(1L), new Scalar(steps + 1), Tensors.options(ScalarType.Long));
        Tensor lengths = narrow(4, 0, from, n).to(ScalarType.Long).unsqueeze(1);
        return torch.where(next.unsqueeze(0).ge(lengths).unsqueeze(2), start, later);
    }

    private Tensor narrow(int i, int axis, int from, int n) {
        return tape.value(node.input(i)).narrow(axis, from, n);
    }

    private Tensor inputsFirst(Tensor t) {
        return batchFirst ? t : t.transpose(0, 1);
    }

    /** For each direction the matrix that picks its own gates' zeros, {@code [directions, gates, directions * gates]}. */
    private Tensor selectors(long gates, Tensor like) {
        return torch.eye(directions * gates, like.options()).reshape(directions, gates, directions * gates);
    }

    private static Tensor joined(Tensor a, Tensor b, int axis) {
        TensorVector both = new TensorVector();
        both.push_back(a);
        both.push_back(b);
        return torch.cat(both, axis);
    }
}
