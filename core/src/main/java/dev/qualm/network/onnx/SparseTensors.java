package dev.qualm.network.onnx;

import ai.onnx.proto.OnnxMl.SparseTensorProto;
import dev.qualm.UnreadableFileException;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Sparse tensors of ONNX files, spelled out: Qualm computes on dense tensors only. */
final class SparseTensors {
    /** A few bytes may describe any number of zeros: up to this many elements are always fine, ... */
    private static final int SMALL = 1 << 20;

    /** ... and beyond that at most this many per stored value. */
    private static final int ZEROS_PER_VALUE = 1000;

    private SparseTensors() {}

    static Array toArray(SparseTensorProto sparse, @Nullable ExternalData external, String place) {
        Array values = TensorProtos.toArray(sparse.getValues(), external, place);
        Array indices = TensorProtos.toArray(sparse.getIndices(), external, place + ", indices");
        int[] shape = TensorProtos.shape(sparse.getDimsList(), place);
        int n = Array.size(shape);
        if (n > SMALL && n / ZEROS_PER_VALUE > values.size()) {
            throw new UnsupportedModelException(place + ": a sparse tensor of shape " + Arrays.toString(shape)
                    + " with " + values.size() + " values is too sparse to be spelled out; store it dense");
        }
        boolean flat = indices.rank() == 1 && indices.dim(0) == values.size();
        boolean perAxis = indices.rank() == 2 && indices.dim(0) == values.size() && indices.dim(1) == shape.length;
        if (values.rank() != 1 || indices.dtype() != DType.INT64 || !(flat || perAxis)) {
            throw new UnreadableFileException(place + ": expected values [k] and INT64 indices [k] or [k, "
                    + shape.length + "], but found " + values + " and " + indices);
        }
        Array dense = Array.zeros(values.dtype(), shape);
        for (int i = 0; i < values.size(); i++) {
            int at = flat
                    ? position(indices.longs()[i], n, place)
                    : position(indices.longs(), i * shape.length, shape, place);
            System.arraycopy(values.data(), i, dense.data(), at, 1);
        }
        return dense;
    }

    private static int position(long index, int size, String place) {
        if (index < 0 || index >= size) {
            throw new UnreadableFileException(place + ": sparse index " + index + " is outside 0.." + (size - 1));
        }
        return (int) index;
    }

    private static int position(long[] indices, int from, int[] shape, String place) {
        int at = 0;
        for (int axis = 0; axis < shape.length; axis++) {
            at = at * shape[axis] + position(indices[from + axis], shape[axis], place);
        }
        return at;
    }
}
