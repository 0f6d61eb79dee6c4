package dev.qualm.network;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.ValueInfo;

/** Compares what a caller gives with what the model declares, and converts element types where nothing is lost. */
final class InputCheck {
    private InputCheck() {}

    static Array check(ValueInfo expected, Array found, Precision precision) {
        DType dtype = expected.type().dtype();
        Array a = found;
        if (dtype != null && dtype != found.dtype()) {
            if (dtype == DType.FLOAT32 && found.dtype() == DType.FLOAT64 && precision == Precision.FLOAT64) {
                a = found; // a float64 network keeps all digits
            } else if (dtype == DType.FLOAT32) {
                a = found.asFloat32();
            } else if (dtype == DType.FLOAT64) {
                a = found.asFloat64();
            } else if (dtype == DType.INT64 && !found.dtype().isFloating()) {
                a = Array.of(found.toLongs(), found.shape());
            } else {
                throw new ShapeException(
                        "Input '" + expected.name() + "': expected " + expected + ", but found " + found);
            }
        }
        if (expected.rank() >= 0) {
            boolean fits = expected.rank() == found.rank();
            // Axis 0 is the batch: a fixed size there is the exporter's habit, and handled by running sample by sample.
            for (int i = 1; fits && i < expected.rank(); i++) {
                fits = expected.dim(i) < 0 || expected.dim(i) == found.dim(i);
            }
            if (!fits) {
                throw new ShapeException(
                        "Input '" + expected.name() + "': expected " + expected + ", but found " + found);
            }
        }
        return a;
    }
}
