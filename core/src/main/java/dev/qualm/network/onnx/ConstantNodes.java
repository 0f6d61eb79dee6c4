package dev.qualm.network.onnx;

import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.graph.Attributes;

/** The value of a Constant node, whichever of its attributes holds it. */
final class ConstantNodes {
    private ConstantNodes() {}

    static Array value(Attributes a, String place) {
        for (String tensor : new String[] {"value", "sparse_value"}) {
            Array value = a.getTensor(tensor);
            if (value != null) {
                return value;
            }
        }
        if (a.has("value_float")) {
            return Array.of(new float[] {a.getFloat("value_float", 0)});
        }
        float[] floats = a.getFloats("value_floats");
        if (floats != null) {
            return Array.of(floats, floats.length);
        }
        if (a.has("value_int")) {
            return Array.of(new long[] {a.getInt("value_int", 0)});
        }
        long[] ints = a.getInts("value_ints");
        if (ints != null) {
            return Array.of(ints, ints.length);
        }
        throw new UnsupportedModelException(place + ": it holds its value in " + a
                + "; supported are value, sparse_value," + " value_float, value_floats, value_int and value_ints");
    }
}
