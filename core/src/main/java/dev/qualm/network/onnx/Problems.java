package dev.qualm.network.onnx;

import dev.qualm.UnsupportedModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Everything a model needs and Qualm lacks, gathered so that one error can name it all. */
final class Problems {
    /** Names listed per operator, and other problems listed in all; hostile files have millions. */
    private static final int LISTED = 20;

    private static final Set<String> QUANTISED =
            Set.of("QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "MatMulInteger", "ConvInteger");

    private static final class Nodes {
        private final List<String> names = new ArrayList<>();
        private int count;
    }

    private final String source;
    private final Map<String, Nodes> operators = new TreeMap<>();
    private final List<String> others = new ArrayList<>();
    private int otherCount;

    Problems(String source) {
        this.source = source;
    }

    /** An operator that is not there. */
    void operator(String domain, String type, String node) {
        Nodes nodes = operators.computeIfAbsent((domain.isEmpty() ? "" : domain + ":") + type, k -> new Nodes());
        if (nodes.count++ < LISTED) {
            nodes.names.add("'" + node + "'");
        }
    }

    /** Anything else that is not supported; the message names the place. */
    void add(String problem) {
        if (otherCount++ < LISTED) {
            others.add(problem.startsWith(source + ", ") ? problem.substring(source.length() + 2) : problem);
        }
    }

    /** The value, or null after noting why it is not supported. */
    <T> @Nullable T attempt(Supplier<T> value) {
        try {
            return value.get();
        } catch (UnsupportedModelException e) {
            add(String.valueOf(e.getMessage()));
            return null;
        }
    }

    void throwIfAny() {
        StringBuilder text = new StringBuilder(source);
        if (!operators.isEmpty()) {
            text.append(" uses operators that Qualm does not support:");
            operators.forEach((op, nodes) -> text.append("\n  ")
                    .append(op)
                    .append(": ")
                    .append(nodes.count)
                    .append(nodes.count == 1 ? " node " : " nodes ")
                    .append(String.join(", ", nodes.names))
                    .append(nodes.count > LISTED ? ", ..." : "")
                    .append(reason(op)));
        }
        if (!others.isEmpty()) {
            text.append(operators.isEmpty() ? " uses what Qualm does not support:" : "\nand also:");
            others.forEach(o -> text.append("\n  ").append(o));
            text.append(otherCount > LISTED ? "\n  and " + (otherCount - LISTED) + " more" : "");
        }
        if (!operators.isEmpty() || !others.isEmpty()) {
            throw new UnsupportedModelException(text.toString());
        }
    }

    /** What may be done about an operator, in brackets after a blank; empty if there is nothing to say. */
    static String reason(String op) {
        if (op.startsWith("ai.onnx.ml:")) {
            return " (classical machine learning; Qualm differentiates neural networks only)";
        }
        if (op.startsWith("QLinear") || QUANTISED.contains(op)) {
            return " (quantised; use the model from before quantisation)";
        }
        if (Set.of("If", "Loop", "Scan").contains(op)) {
            return " (control flow; export with fixed shapes or simplify the model first)";
        }
        return "";
    }
}
