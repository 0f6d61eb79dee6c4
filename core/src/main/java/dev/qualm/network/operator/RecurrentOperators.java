package dev.qualm.network.operator;

import dev.qualm.network.operator.Recurrence.Cell;
import dev.qualm.network.operator.Recurrence.State;
import dev.qualm.network.operator.Recurrence.Weights;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** LSTM, GRU and RNN, in one or both directions of time. */
final class RecurrentOperators {
    private RecurrentOperators() {}

    static List<Operator> all() {
        return List.of(
                Operator.of("LSTM", RecurrentOperators::lstm),
                Operator.of("GRU", RecurrentOperators::gru),
                Operator.of("RNN", RecurrentOperators::rnn));
    }

    private static Kernel rnn(NodeContext node) {
        return Recurrence.kernel(node, false, List.of("Tanh"), RnnCell::new);
    }

    private static Kernel lstm(NodeContext node) {
        boolean coupled = node.attributes().getInt("input_forget", 0) != 0;
        return Recurrence.kernel(node, true, List.of("Sigmoid", "Tanh", "Tanh"), (w, f) -> new LstmCell(w, f, coupled));
    }

    private static Kernel gru(NodeContext node) {
        boolean linearFirst = node.attributes().getInt("linear_before_reset", 0) != 0;
        return Recurrence.kernel(node, false, List.of("Sigmoid", "Tanh"), (w, f) -> new GruCell(w, f, linearFirst));
    }

    private record RnnCell(Weights weights, List<UnaryOperator<Tensor>> f) implements Cell {
        @Override
        public @Nullable Tensor bias() {
            return sum(weights.inputBias(), weights.stateBias());
        }

        @Override
        public State step(Tensor x, State before) {
            return new State(
                    f.get(0).apply(torch.addmm(x, before.h(), weights.r().t())), null);
        }
    }

    /** Gates in the order input, output, forget, cell; peepholes input, output, forget. */
    private record LstmCell(Weights weights, List<UnaryOperator<Tensor>> f, boolean coupled) implements Cell {
        @Override
        public @Nullable Tensor bias() {
            return sum(weights.inputBias(), weights.stateBias());
        }

        @Override
        public State step(Tensor x, State before) {
            Tensor c = before.c();
            if (c == null) {
                throw new IllegalStateException("An LSTM cell needs a cell state");
            }
            Tensor[] z = parts(torch.addmm(x, before.h(), weights.r().t()), 4);
            Tensor in = f.get(0).apply(peep(z[0], 0, c));
            Tensor forget = coupled ? in.neg().add(new Scalar(1.0)) : f.get(0).apply(peep(z[2], 2, c));
            Tensor cell = forget.mul(c).add(in.mul(f.get(1).apply(z[3])));
            Tensor out = f.get(0).apply(peep(z[1], 1, cell));
            return new State(out.mul(f.get(2).apply(cell)), cell);
        }

        private Tensor peep(Tensor z, int gate, Tensor c) {
            Tensor p = weights.peepholes();
            if (p == null) {
                return z;
            }
            long hidden = p.size(0) / 3;
            return z.add(c.mul(p.narrow(0, gate * hidden, hidden)));
        }
    }

    /**
     * Gates in the order update, reset, hidden. The reset gate acts on the state before its product with r or, with
     * {@code linearFirst}, on the product including its bias.
     */
    private record GruCell(Weights weights, List<UnaryOperator<Tensor>> f, boolean linearFirst) implements Cell {
        @Override
        public @Nullable Tensor bias() {
            Tensor state = weights.stateBias();
            if (state == null || !linearFirst) {
                return sum(weights.inputBias(), state);
            }
            // The reset gate scales the hidden part of the state's bias, so that part is left to the step.
            long hidden = hidden();
            TensorVector padded = new TensorVector();
            padded.push_back(state.narrow(0, 0, 2 * hidden));
            padded.push_back(torch.zeros_like(state.narrow(0, 2 * hidden, hidden)));
            return sum(weights.inputBias(), torch.cat(padded, 0));
        }

        @Override
        public State step(Tensor x, State before) {
            long hidden = hidden();
            Tensor h = before.h();
            Tensor[] z = parts(x, 3);
            Tensor r = weights.r();
            Tensor[] gates = parts(torch.mm(h, r.narrow(0, 0, 2 * hidden).t()), 2);
            Tensor update = f.get(0).apply(z[0].add(gates[0]));
            Tensor reset = f.get(0).apply(z[1].add(gates[1]));
            Tensor last = r.narrow(0, 2 * hidden, hidden).t();
            Tensor fromState = linearFirst ? reset.mul(hiddenProduct(h, last)) : torch.mm(reset.mul(h), last);
            Tensor candidate = f.get(1).apply(z[2].add(fromState));
            return new State(candidate.add(update.mul(h.sub(candidate))), null);
        }

        private Tensor hiddenProduct(Tensor h, Tensor last) {
            Tensor bias = weights.stateBias();
            return bias == null ? torch.mm(h, last) : torch.addmm(bias.narrow(0, 2 * hidden(), hidden()), h, last);
        }

        private long hidden() {
            return weights.r().size(1);
        }
    }

    /** The equal parts of the last axis. */
    private static Tensor[] parts(Tensor z, int count) {
        long size = z.size(1) / count;
        Tensor[] parts = new Tensor[count];
        for (int i = 0; i < count; i++) {
            parts[i] = z.narrow(1, i * size, size);
        }
        return parts;
    }

    private static @Nullable Tensor sum(@Nullable Tensor a, @Nullable Tensor b) {
        return a == null || b == null ? a : a.add(b);
    }
}
