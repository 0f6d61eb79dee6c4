package dev.qualm.attribution;

import dev.qualm.array.Array;
import dev.qualm.network.GraphWriter;
import dev.qualm.network.graph.Node;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A node that is linear in its input 0 with constant weights, and its bias, wherever that stands.
 *
 * @param weight name of its weights
 * @param bias name of its bias, or null if it has none
 * @param output name of the tensor that holds its result with the bias
 */
record LinearLayer(Node node, String weight, @Nullable String bias, String output) {
    private static final Set<String> OPERATORS = Set.of("Conv", "ConvTranspose", "Gemm", "MatMul");

    /** The layer that a node is, or null. */
    static @Nullable LinearLayer of(GraphWriter w, Node n) {
        if (!GraphWriter.isStandard(n) || !OPERATORS.contains(n.op()) || w.constant(n.input(1)) == null) {
            return null;
        }
        if (n.op().equals("Gemm") && (n.attributes().getInt("transA", 0) != 0 || !isConstantOrAbsent(w, n.input(2)))) {
            return null;
        }
        if (!n.op().equals("MatMul") && !n.input(2).isEmpty()) {
            return isConstantOrAbsent(w, n.input(2)) ? new LinearLayer(n, n.input(1), n.input(2), n.output()) : null;
        }
        // Exporters often write the bias as a sum of its own.
        List<Node> readers = w.graph().consumers(n.output());
        if (readers.size() == 1 && isBias(w, readers.get(0), n.output())) {
            Node sum = readers.get(0);
            String bias = sum.input(sum.input(0).equals(n.output()) ? 1 : 0);
            return new LinearLayer(n, n.input(1), bias, sum.output());
        }
        return new LinearLayer(n, n.input(1), null, n.output());
    }

    private static boolean isConstantOrAbsent(GraphWriter w, String name) {
        return name.isEmpty() || w.constant(name) != null;
    }

    private static boolean isBias(GraphWriter w, Node sum, String of) {
        if (!GraphWriter.isStandard(sum) || !sum.op().equals("Add")) {
            return false;
        }
        Array other = w.constant(sum.input(sum.input(0).equals(of) ? 1 : 0));
        int[] before = w.shape(of);
        int[] after = w.shape(sum.output());
        return other != null && before != null && java.util.Arrays.equals(before, after);
    }

    boolean isConvolution() {
        return node.op().startsWith("Conv");
    }
}
