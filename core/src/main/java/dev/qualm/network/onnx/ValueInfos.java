package dev.qualm.network.onnx;

import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.qualm.UnsupportedModelException;
import dev.qualm.network.graph.ElementType;
import dev.qualm.network.graph.ValueInfo;
import java.util.ArrayList;
import java.util.List;

/** Declared inputs and outputs of ONNX files to {@link ValueInfo}s and back. */
final class ValueInfos {
    private ValueInfos() {}

    static ValueInfo read(ValueInfoProto v, String source) {
        String place = source + ", '" + v.getName() + "'";
        if (v.hasType() && !v.getType().hasTensorType()) {
            throw new UnsupportedModelException(
                    place + ": not a tensor (sequences, maps and optional values are not supported)");
        }
        int code = v.getType().getTensorType().getElemType();
        ElementType type = ElementType.of(code);
        if (code != 0 && type.dtype() == null) {
            throw new UnsupportedModelException(place + ": element type "
                    + (type == ElementType.UNDEFINED ? "number " + code : type.toString()) + " is not supported");
        }
        if (!v.getType().getTensorType().hasShape()) {
            return new ValueInfo(v.getName(), type, null);
        }
        List<ValueInfo.Dim> dims = new ArrayList<>();
        for (TensorShapeProto.Dimension d :
                v.getType().getTensorType().getShape().getDimList()) {
            dims.add(
                    d.hasDimValue() && d.getDimValue() > 0
                            ? ValueInfo.Dim.of(d.getDimValue())
                            : new ValueInfo.Dim(-1, d.getDimParam().equals("?") ? "" : d.getDimParam()));
        }
        return new ValueInfo(v.getName(), type, dims);
    }

    /** Types are written as Qualm computes them: 16-bit floats as FLOAT, unsigned types as the wider signed ones. */
    static ValueInfoProto write(ValueInfo v) {
        ValueInfoProto.Builder out = ValueInfoProto.newBuilder().setName(v.name());
        TypeProto.Tensor.Builder tensor = TypeProto.Tensor.newBuilder();
        tensor.setElemType(widened(v.type()).code());
        if (v.shape() != null) {
            TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
            for (ValueInfo.Dim d : v.shape()) {
                TensorShapeProto.Dimension.Builder dim = TensorShapeProto.Dimension.newBuilder();
                if (d.size() > 0) {
                    dim.setDimValue(d.size());
                } else if (!d.symbol().isEmpty()) {
                    dim.setDimParam(d.symbol());
                }
                shape.addDim(dim);
            }
            tensor.setShape(shape);
        }
        if (v.type() != ElementType.UNDEFINED || v.shape() != null) {
            out.setType(TypeProto.newBuilder().setTensorType(tensor));
        }
        return out.build();
    }

    static ElementType widened(ElementType type) {
        return type.dtype() == null ? type : ElementType.of(type.dtype());
    }
}
