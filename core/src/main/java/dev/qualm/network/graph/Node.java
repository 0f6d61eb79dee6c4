package dev.qualm.network.graph;

import java.util.List;

/**
 * One call of an operator. Tensors are named; an empty input or output name means "left out".
 *
 * @param name unique within the graph
 * @param domain operator set; empty for the ONNX standard
 * @param op operator type, for example {@code Conv}
 */
public record Node(
        String name, String domain, String op, List<String> inputs, List<String> outputs, Attributes attributes) {
    /** The domain of operators that only Qualm's views insert. */
    public static final String QUALM_DOMAIN = "dev.qualm";

    public Node {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /** A node of the standard domain with one output that carries the node's name. */
    public static Node of(String name, String op, List<String> inputs, Attributes attributes) {
        return new Node(name, "", op, inputs, List.of(name), attributes);
    }

    /** Name of input {@code i}, empty when left out. */
    public String input(int i) {
        return i < inputs.size() ? inputs.get(i) : "";
    }

    /** Name of the first output that is not left out. */
    public String output() {
        return outputs.stream().filter(o -> !o.isEmpty()).findFirst().orElse("");
    }

    public Node withInputs(List<String> newInputs) {
        return new Node(name, domain, op, newInputs, outputs, attributes);
    }

    public Node withOutputs(List<String> newOutputs) {
        return new Node(name, domain, op, inputs, newOutputs, attributes);
    }

    public Node withAttributes(Attributes newAttributes) {
        return new Node(name, domain, op, inputs, outputs, newAttributes);
    }

    /** Operator and node name for messages, for example {@code Conv 'conv1'}. */
    public String label() {
        return (domain.isEmpty() ? "" : domain + ":") + op + " '" + name + "'";
    }
}
