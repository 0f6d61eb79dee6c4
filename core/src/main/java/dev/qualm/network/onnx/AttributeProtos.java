package dev.qualm.network.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.google.protobuf.ByteString;
import dev.qualm.UnreadableFileException;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.graph.Attributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Attributes of ONNX nodes to {@link Attributes} and back. */
final class AttributeProtos {
    private AttributeProtos() {}

    static Attributes read(NodeProto node, @Nullable ExternalData external, String place) {
        if (node.getAttributeCount() == 0) {
            return Attributes.NONE;
        }
        Map<String, Object> values = new HashMap<>();
        for (AttributeProto a : node.getAttributeList()) {
            String where = place + ", attribute '" + a.getName() + "'";
            if (values.put(a.getName(), value(a, external, where)) != null) {
                throw new UnreadableFileException(where + ": it is given twice");
            }
        }
        return new Attributes(values);
    }

    private static Object value(AttributeProto a, @Nullable ExternalData external, String place) {
        if (!a.getRefAttrName().isEmpty()) {
            throw new UnsupportedModelException(
                    place + ": it refers to attribute '" + a.getRefAttrName() + "' of a function, outside of one");
        }
        AttributeType type = a.getType() == AttributeType.UNDEFINED ? guess(a) : a.getType();
        return switch (type) {
            case FLOAT -> a.getF();
            case INT -> a.getI();
            case STRING -> a.getS().toStringUtf8();
            case FLOATS -> {
                float[] v = new float[a.getFloatsCount()];
                for (int i = 0; i < v.length; i++) {
                    v[i] = a.getFloats(i);
                }
                yield v;
            }
            case INTS -> {
                long[] v = new long[a.getIntsCount()];
                for (int i = 0; i < v.length; i++) {
                    v[i] = a.getInts(i);
                }
                yield v;
            }
            case STRINGS ->
                a.getStringsList().stream().map(ByteString::toStringUtf8).toList();
            case TENSOR -> TensorProtos.toArray(a.getT(), external, place);
            case SPARSE_TENSOR -> SparseTensors.toArray(a.getSparseTensor(), external, place);
            case UNDEFINED -> throw new UnsupportedModelException(place + ": it holds no value of a known type");
            default -> throw new UnsupportedModelException(place + ": values of type " + type + " are not supported");
        };
    }

    /** Files of IR version 1 leave the type out. */
    private static AttributeType guess(AttributeProto a) {
        if (a.getIntsCount() > 0) {
            return AttributeType.INTS;
        }
        if (a.getFloatsCount() > 0) {
            return AttributeType.FLOATS;
        }
        if (a.getStringsCount() > 0) {
            return AttributeType.STRINGS;
        }
        if (a.hasF()) {
            return AttributeType.FLOAT;
        }
        if (a.hasI()) {
            return AttributeType.INT;
        }
        if (a.hasS()) {
            return AttributeType.STRING;
        }
        if (a.hasT()) {
            return AttributeType.TENSOR;
        }
        return a.hasG() ? AttributeType.GRAPH : AttributeType.UNDEFINED;
    }

    static AttributeProto write(String name, Object value) {
        AttributeProto.Builder b = AttributeProto.newBuilder().setName(name);
        if (value instanceof Long v) {
            b.setType(AttributeType.INT).setI(v);
        } else if (value instanceof Float v) {
            b.setType(AttributeType.FLOAT).setF(v);
        } else if (value instanceof String v) {
            b.setType(AttributeType.STRING).setS(ByteString.copyFromUtf8(v));
        } else if (value instanceof long[] v) {
            b.setType(AttributeType.INTS);
            for (long x : v) {
                b.addInts(x);
            }
        } else if (value instanceof float[] v) {
            b.setType(AttributeType.FLOATS);
            for (float x : v) {
                b.addFloats(x);
            }
        } else if (value instanceof List<?> v) {
            b.setType(AttributeType.STRINGS);
            v.forEach(x -> b.addStrings(ByteString.copyFromUtf8(String.valueOf(x))));
        } else if (value instanceof Array v) {
            b.setType(AttributeType.TENSOR).setT(TensorEncoding.toProto("", v));
        } else {
            throw new UnsupportedModelException("Attribute '" + name
                    + "': expected an integer, float, string, a list of" + " these, or a tensor, but found "
                    + value.getClass().getSimpleName());
        }
        return b.build();
    }
}
