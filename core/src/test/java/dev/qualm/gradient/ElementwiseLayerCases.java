package dev.qualm.gradient;

import dev.qualm.network.graph.Attributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Weights that are added, multiplied or used as slopes. */
final class ElementwiseLayerCases {
    private static final Attributes NONE = Attributes.NONE;

    private ElementwiseLayerCases() {}

    static List<LayerCase> all() {
        List<LayerCase> cases = new ArrayList<>();
        for (String op : List.of("Add", "Sub", "Mul", "Div")) {
            for (boolean first : new boolean[] {false, true}) {
                for (int[] shape : new int[][] {{3}, {2, 1}, {1, 2, 3}}) {
                    String left = first ? "w" : "x";
                    String right = first ? "x" : "w";
                    GraphOf g = new GraphOf(30).floats("input", -1, 2, 3).node("x", "Exp", "input");
                    boolean listed = !(op.equals("Div") && first);
                    g.positive("w", shape)
                            .node("op", op, left, right)
                            .node("act", "Tanh", "op")
                            .logits("act", 6);
                    if (listed) {
                        cases.add(new LayerCase(op + " " + left + " " + Arrays.toString(shape), g.build()));
                    }
                }
            }
        }
        for (int opset : new int[] {6, 16}) {
            int[] shape = opset == 6 ? new int[] {3} : new int[] {3, 1, 1};
            cases.add(new LayerCase(
                    "prelu, opset " + opset,
                    new GraphOf(31)
                            .opset(opset)
                            .floats("x", -1, 3, 4, 2)
                            .weight("slope", shape)
                            .node("prelu", "PRelu", "x", "slope")
                            .logits("prelu", 24)
                            .build()));
        }
        return cases;
    }
}
