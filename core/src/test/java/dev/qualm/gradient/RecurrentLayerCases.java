package dev.qualm.gradient;

import dev.qualm.array.Array;
import dev.qualm.network.graph.Attributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** LSTM, GRU and RNN. */
final class RecurrentLayerCases {
    private static final Attributes NONE = Attributes.NONE;

    private RecurrentLayerCases() {}

    static List<LayerCase> all() {
        List<LayerCase> cases = new ArrayList<>();
        for (String op : List.of("LSTM", "GRU", "RNN")) {
            for (String direction : List.of("forward", "reverse", "bidirectional")) {
                cases.add(recurrent(op, direction, 0, false, NONE));
            }
            cases.add(recurrent(op, "bidirectional", 1, true, NONE));
            cases.add(recurrent(op, "bidirectional", 0, true, NONE));
        }
        cases.add(recurrent("GRU", "bidirectional", 0, true, NONE.with("linear_before_reset", 1L)));
        cases.add(recurrent("GRU", "forward", 1, false, NONE.with("linear_before_reset", 1L)));
        cases.add(recurrent("LSTM", "forward", 0, false, NONE.with("input_forget", 1L)));
        cases.add(recurrent("GRU", "forward", 0, false, NONE.with("activations", List.of("HardSigmoid", "Softsign"))));
        cases.add(peepholes());
        return cases;
    }

    /** The gates see the cell too, by weights of their own. */
    private static LayerCase peepholes() {
        GraphOf g = new GraphOf(51).floats("x", -1, 4, 2);
        g.weight("w", 1, 12, 2).weight("r", 1, 12, 3).weight("b", 1, 24).weight("p", 1, 9);
        g.node("t", "Transpose", NONE.with("perm", new long[] {1, 0, 2}), "x");
        g.node("rec", "LSTM", NONE.with("hidden_size", 3L), List.of("t", "w", "r", "b", "", "", "", "p"), List.of("y"));
        g.node("first", "Transpose", NONE.with("perm", new long[] {2, 0, 1, 3}), "y");
        return new LayerCase("LSTM with peepholes", g.logits("first", 12).build(), Set.of("p"));
    }

    private static LayerCase recurrent(
            String op, String direction, long layout, boolean states, Attributes attributes) {
        int gates = op.equals("LSTM") ? 4 : op.equals("GRU") ? 3 : 1;
        int d = direction.equals("bidirectional") ? 2 : 1;
        int h = 3;
        GraphOf g = new GraphOf(50).floats("x", -1, 4, 2);
        g.weight("w", d, gates * h, 2).weight("r", d, gates * h, h).weight("b", d, 2 * gates * h);
        List<String> in = new ArrayList<>(List.of(layout == 1 ? "x" : "t", "w", "r", "b"));
        if (layout == 0) {
            g.node("t", "Transpose", NONE.with("perm", new long[] {1, 0, 2}), "x");
        }
        if (states) {
            g.ints("lengths", -1).floats("start", -1, d, h);
            g.constant("int32", Array.of(new long[] {6}, 1));
            g.node("lengths32", "Cast", NONE.with("to", 6L), "lengths");
            g.node("start0", "Transpose", NONE.with("perm", new long[] {1, 0, 2}), "start");
            in.add("lengths32");
            in.add(layout == 1 ? "start" : "start0");
        }
        Attributes all =
                attributes.with("direction", direction).with("layout", layout).with("hidden_size", (long) h);
        g.node("rec", op, all, in, List.of("y", "last"));
        // Both outputs matter: y [t, d, n, h] or [n, t, d, h], last [d, n, h] or [n, d, h].
        g.node(
                "first",
                "Transpose",
                NONE.with("perm", layout == 1 ? new long[] {0, 1, 2, 3} : new long[] {2, 0, 1, 3}),
                "y");
        g.node(
                "final",
                "Transpose",
                NONE.with("perm", layout == 1 ? new long[] {0, 1, 2} : new long[] {1, 0, 2}),
                "last");
        g.node("flat1", "Flatten", "first").node("flat2", "Flatten", "final");
        g.node("both", "Concat", NONE.with("axis", 1L), "flat1", "flat2").logits("both", 5 * d * h);
        // The hidden state's gates are only known for the usual reset gate.
        boolean slow = op.equals("GRU") && attributes.has("activations");
        return new LayerCase(
                op + " " + direction + " layout " + layout + (states ? " with lengths and states" : "")
                        + (attributes.names().isEmpty() ? "" : " " + attributes.names()),
                g.build(),
                slow ? Set.of("r", "b") : Set.of());
    }
}
