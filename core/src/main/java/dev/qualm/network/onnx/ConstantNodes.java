package dev.qualm.network.onnx;

import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Node;

/** The value of a Constant node, whichever of its attributes holds it. */
final class ConstantNodes {
    private ConstantNodes() {}

    static Array value(Node node, String source) {
        Attributes a = node.attributes();
        Array tensor = a.getTensor("value");
        long[] ints = a.getInts("value_ints");
        float[] floats = a.getFloats("value_floats");
        if (tensor != null) {
            return tensor;
        }
        if (a.has("value_float")) {
            return Array.of(new float[] {a.getFloat("value_float", 0)});
        }
        if (floats != null) {
            return Array.of(floats, floats.length);
        }
        if (a.has("value_int")) {
            return Array.of(new long[] {a.getInt("value_int", 0)});
        }
        if (ints != null) {
            return Array.of(ints, ints.length);
        }
        throw new UnsupportedModelException(source + ": " + node.label() + " holds its value in " + a
                + "; supported are value, value_float, value_floats, value_int and value_ints");
    }
}
