package dev.qualm.network.operator;

import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.engine.Engine;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Node;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.jspecify.annotations.Nullable;

/**
 * What a kernel factory may know about its node.
 *
 * @param opset version of the node's operator set
 * @param training whether BatchNormalization and Dropout act as in training
 * @param constants tensors known when the kernel is made, by name: initializers and what was folded from them
 */
public record NodeContext(Node node, int opset, Precision precision, boolean training, Map<String, Array> constants) {

    public Attributes attributes() {
        return node.attributes();
    }

    /** Whether input {@code i} is present. */
    public boolean hasInput(int i) {
        return !node.input(i).isEmpty();
    }

    /** The value of input {@code i} if it is a constant, else null. */
    public @Nullable Array constant(int i) {
        return constants.get(node.input(i));
    }

    /**
     * Reader of an integer-list argument that is an attribute in older operator sets and an input in newer ones (axes, pads,
     * shapes). Constant inputs are read once here, others at every call. The reader returns null when the argument is absent.
     */
    public IntsArgument ints(String attribute, int input) {
        long[] fixed = attributes().getInts(attribute);
        Array constant = constant(input);
        if (fixed == null && constant != null) {
            fixed = constant.toLongs();
        }
        if (fixed != null || !hasInput(input)) {
            long[] value = fixed;
            return in -> value == null ? null : value.clone();
        }
        return in -> Tensors.toLongs(in.get(input));
    }

    /** An integer-list argument, resolved per call. */
    @FunctionalInterface
    public interface IntsArgument {
        long @Nullable [] get(Inputs in);
    }

    /** A number as engine calls take it, alive as long as the kernel that holds it, whatever scope is open now. */
    public static Scalar scalar(double value) {
        Engine.load();
        Scalar s = new Scalar(value);
        s.retainReference();
        return s;
    }

    /** As {@link #scalar(double)} for integers; integer tensors stay integer. */
    public static Scalar scalar(long value) {
        Engine.load();
        Scalar s = new Scalar(value);
        s.retainReference();
        return s;
    }

    /** An error about this node. */
    public UnsupportedModelException unsupported(String problem) {
        return new UnsupportedModelException(node.label() + " (opset " + opset + "): " + problem);
    }
}
