package dev.qualm.network.operator;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * What the recurrent operators share: directions, layouts, lengths, initial states. Inputs x {@code [t, n, i]}, w
 * {@code [d, gates h, i]}, r {@code [d, gates h, h]}, b {@code [d, 2 gates h]}, lengths {@code [n]}, initial h and c
 * {@code [d, n, h]}, peepholes {@code [d, 3 h]}; outputs y {@code [t, d, n, h]}, last h and c {@code [d, n, h]}.
 */
/*
 * Every step is made of elementary operations, so that derivatives of any order exist; the products with the inputs of
 * all steps are one matrix product. Sequences shorter than the batch's longest are handled by masks: beyond its end a
 * sequence keeps its state and puts out zeros. Backwards in time this makes it start, with its initial state, at its
 * own last element.
 */
final class Recurrence {
    /** What is carried from step to step. */
    record State(Tensor h, @Nullable Tensor c) {}

    /** The weights of one direction; biases are null when the node has none. */
    record Weights(
            Tensor w,
            Tensor r,
            @Nullable Tensor inputBias,
            @Nullable Tensor stateBias,
            @Nullable Tensor peepholes) {}

    /** One direction of a recurrent operator, ready to step. */
    interface Cell {
        /** Bias that the products with the inputs already contain. */
        @Nullable
        Tensor bias();

        /** The state after one step; {@code x} is the input's product with w plus {@link #bias()}. */
        State step(Tensor x, State before);
    }

    /** Makes the cell of a direction from its weights and its activation functions. */
    @FunctionalInterface
    interface CellFactory {
        Cell create(Weights weights, List<UnaryOperator<Tensor>> activations);
    }

    private final boolean hasCellState;
    private final CellFactory cells;
    private final List<Boolean> backwards;
    private final boolean batchFirst;
    private final List<List<UnaryOperator<Tensor>>> activations;

    private Recurrence(NodeContext node, boolean hasCellState, List<String> defaults, CellFactory cells) {
        this.hasCellState = hasCellState;
        this.cells = cells;
        String direction = node.attributes().getString("direction", "forward");
        backwards = switch (direction) {
            case "forward" -> List.of(false);
            case "reverse" -> List.of(true);
            case "bidirectional" -> List.of(false, true);
            default ->
                throw node.unsupported(
                        "expected direction forward, reverse or bidirectional, found '" + direction + "'");
        };
        long layout = node.attributes().getInt("layout", 0);
        if (layout != 0 && layout != 1) {
            throw node.unsupported("expected layout 0 or 1, found " + layout);
        }
        batchFirst = layout == 1;
        List<UnaryOperator<Tensor>> functions = RecurrentActivations.of(node, defaults, backwards.size());
        activations = new ArrayList<>();
        for (int d = 0; d < backwards.size(); d++) {
            activations.add(clipped(node, functions.subList(d * defaults.size(), (d + 1) * defaults.size())));
        }
    }

    /** The kernel of a node whose directions are such cells. */
    static Kernel kernel(NodeContext node, boolean hasCellState, List<String> defaults, CellFactory cells) {
        return new Recurrence(node, hasCellState, defaults, cells)::run;
    }

    /**
     * With the attribute {@code clip}, what goes into the activation functions of the gates, the first two, is limited to
     * [-clip, clip]; the cell state itself is not, as in ONNX Runtime.
     */
    private static List<UnaryOperator<Tensor>> clipped(NodeContext node, List<UnaryOperator<Tensor>> functions) {
        if (!node.attributes().has("clip")) {
            return functions;
        }
        double clip = node.attributes().getFloat("clip", 0);
        Scalar low = NodeContext.scalar(-clip);
        Scalar high = NodeContext.scalar(clip);
        List<UnaryOperator<Tensor>> all = new ArrayList<>();
        for (int i = 0; i < functions.size(); i++) {
            UnaryOperator<Tensor> f = functions.get(i);
            all.add(i < 2 ? x -> f.apply(x.clamp(new ScalarOptional(low), new ScalarOptional(high))) : f);
        }
        return all;
    }

    private Tensor[] run(Inputs in) {
        Tensor x = timeFirst(in.get(0));
        Tensor lengths = in.optional(4);
        TensorVector outputs = new TensorVector();
        TensorVector lastH = new TensorVector();
        TensorVector lastC = new TensorVector();
        for (int d = 0; d < backwards.size(); d++) {
            Weights weights = weights(in, d);
            Cell cell = cells.create(weights, activations.get(d));
            State state = new State(
                    initial(in.optional(5), d, x, weights),
                    hasCellState ? initial(in.optional(6), d, x, weights) : null);
            Tensor bias = cell.bias();
            Tensor products =
                    torch.linear(x, weights.w(), bias == null ? new TensorOptional() : new TensorOptional(bias));
            outputs.push_back(sweep(cell, products, state, lengths, backwards.get(d), lastH, lastC));
        }
        Tensor y = torch.stack(outputs, 1);
        Tensor h = torch.stack(lastH, 0);
        if (batchFirst) {
            y = y.permute(2, 0, 1, 3);
            h = h.transpose(0, 1);
        }
        if (!hasCellState) {
            return new Tensor[] {y, h};
        }
        Tensor c = torch.stack(lastC, 0);
        return new Tensor[] {y, h, batchFirst ? c.transpose(0, 1) : c};
    }

    /** Runs one direction; its last state goes into the given lists, its outputs {@code [t, n, h]} are returned. */
    private static Tensor sweep(
            Cell cell,
            Tensor products,
            State start,
            @Nullable Tensor lengths,
            boolean backwards,
            TensorVector lastH,
            TensorVector lastC) {
        int steps = (int) products.size(0);
        TensorVector inputs = products.unbind(0);
        Tensor[] y = new Tensor[steps];
        State state = start;
        for (int i = 0; i < steps; i++) {
            int t = backwards ? steps - 1 - i : i;
            State next = cell.step(new Tensor(inputs.get(t)), state);
            if (lengths == null) {
                y[t] = next.h();
                state = next;
            } else {
                Tensor running = lengths.gt(new Scalar((long) t)).unsqueeze(1);
                y[t] = torch.where(running, next.h(), new Scalar(0.0));
                Tensor before = state.c();
                Tensor c = next.c();
                state = new State(
                        torch.where(running, next.h(), state.h()),
                        c == null || before == null ? null : torch.where(running, c, before));
            }
        }
        lastH.push_back(state.h());
        Tensor c = state.c();
        if (c != null) {
            lastC.push_back(c);
        }
        return torch.stack(new TensorVector(y), 0);
    }

    private Tensor timeFirst(Tensor t) {
        return batchFirst ? t.transpose(0, 1) : t;
    }

    private Tensor initial(@Nullable Tensor given, int direction, Tensor x, Weights weights) {
        if (given != null) {
            return timeFirst(given).select(0, direction);
        }
        return torch.zeros(new long[] {x.size(1), weights.r().size(1)}, x.options());
    }

    private static Weights weights(Inputs in, int d) {
        Tensor biases = in.optional(3);
        Tensor peepholes = in.optional(7);
        Tensor inputBias = null;
        Tensor stateBias = null;
        if (biases != null) {
            Tensor both = biases.select(0, d);
            long half = both.size(0) / 2;
            inputBias = both.narrow(0, 0, half);
            stateBias = both.narrow(0, half, half);
        }
        return new Weights(
                in.get(1).select(0, d),
                in.get(2).select(0, d),
                inputBias,
                stateBias,
                peepholes == null ? null : peepholes.select(0, d));
    }
}
