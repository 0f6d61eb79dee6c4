package dev.qualm.gradient;

import dev.qualm.gradient.NodeGradient.Needs;
import dev.qualm.gradient.Parameters.Use;
import dev.qualm.network.graph.Node;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the gradient of a use by the operator of its node. */
final class NodeGradients {
    private static final Set<String> CONVOLUTIONS = Set.of("Conv", "ConvTranspose");
    private static final Set<String> LINEAR = Set.of("Gemm", "MatMul");
    private static final Set<String> NORMALIZATIONS = Set.of(
            "BatchNormalization",
            "InstanceNormalization",
            "GroupNormalization",
            "LayerNormalization",
            "RMSNormalization");
    private static final Set<String> ELEMENTWISE = Set.of("Add", "Sub", "Mul", "Div", "PRelu");
    private static final Set<String> RECURRENT = Set.of("LSTM", "GRU", "RNN");

    private NodeGradients() {}

    /** What must be recorded for a use, or null if its operator has no per-sample form here. */
    static @Nullable Needs needs(Use use) {
        Node n = use.node();
        int i = use.input();
        if (!n.domain().isEmpty()) {
            return null;
        }
        List<String> output = List.of(n.output());
        if (CONVOLUTIONS.contains(n.op()) && i > 0) {
            return new Needs(i == 1 ? List.of(n.input(0)) : List.of(), output);
        }
        if (n.op().equals("Gemm") && i > 0) {
            return new Needs(i == 1 ? List.of(n.input(0)) : List.of(), output);
        }
        if (n.op().equals("MatMul")) {
            return new Needs(List.of(n.input(1 - i)), output);
        }
        if (NORMALIZATIONS.contains(n.op()) && i > 0) {
            return i < 3 && n.attributes().getInt("training_mode", 0) == 0
                    ? new Needs(i == 1 ? List.of(n.input(0)) : List.of(), output)
                    : null;
        }
        if (ELEMENTWISE.contains(n.op())) {
            return ElementwiseGradient.needs(n, i);
        }
        if (n.op().equals("Gather")) {
            return i == 0 && n.attributes().getInt("axis", 0) == 0 ? new Needs(List.of(n.input(1)), output) : null;
        }
        return RECURRENT.contains(n.op()) ? RecurrentGradient.needs(n, i) : null;
    }

    /** The gradient of a use on a tape, or null if the layout of its tensors is not understood. */
    static @Nullable NodeGradient of(Use use, Recorded tape) {
        Needs needs = needs(use);
        if (needs == null || !tape.understands(needs)) {
            return null;
        }
        String op = use.node().op();
        if (CONVOLUTIONS.contains(op)) {
            return ConvolutionGradient.of(use, tape);
        }
        if (LINEAR.contains(op)) {
            return LinearGradient.of(use, tape);
        }
        if (NORMALIZATIONS.contains(op)) {
            return NormalizationGradient.of(use, tape);
        }
        if (ELEMENTWISE.contains(op)) {
            return ElementwiseGradient.of(use, tape);
        }
        return op.equals("Gather") ? EmbeddingGradient.of(use, tape) : RecurrentGradient.of(use, tape);
    }
}
