package dev.qualm.network.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Makes damaged and hostile files from valid models; the same seed makes the same file. */
final class Damage {
    /** Numbers at the edges of what files, shapes and loops can take. */
    private static final long[] WILD = {
        0,
        1,
        2,
        3,
        -1,
        -2,
        7,
        64,
        1 << 12,
        1 << 16,
        1 << 20,
        1 << 30,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        1L << 31,
        1L << 32,
        1L << 40,
        1L << 62,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };

    private static final List<String> OPERATORS = List.of(
            "Add",
            "Conv",
            "Gemm",
            "MatMul",
            "Reshape",
            "Concat",
            "Slice",
            "Gather",
            "Pad",
            "Resize",
            "Transpose",
            "Relu",
            "MaxPool",
            "AveragePool",
            "LSTM",
            "Expand",
            "Tile",
            "ConstantOfShape",
            "Range",
            "OneHot",
            "Split",
            "Squeeze",
            "Unsqueeze",
            "TopK",
            "Softmax",
            "BatchNormalization",
            "ReduceSum",
            "Where",
            "Identity",
            "Constant",
            "Cast",
            "Loop",
            "Nonsense",
            "GridSample",
            "ConvTranspose",
            "ScatterND",
            "CumSum",
            "Trilu",
            "Einsum",
            "Flatten",
            "MaxUnpool",
            "SpaceToDepth",
            "DepthToSpace",
            "GatherND",
            "GatherElements",
            "EyeLike",
            "NonZero",
            "Upsample",
            "LRN");

    private Damage() {}

    static byte[] make(byte[] valid, long seed) {
        Random random = new Random(seed);
        int kind = random.nextInt(10);
        return switch (kind) {
            case 0 -> Arrays.copyOf(valid, random.nextInt(valid.length));
            case 1 -> flipped(valid, random);
            case 2 -> overwritten(valid, random);
            case 3 -> spliced(valid, random);
            default -> rebuilt(valid, random);
        };
    }

    private static byte[] flipped(byte[] valid, Random random) {
        byte[] out = valid.clone();
        for (int n = 1 + random.nextInt(8); n > 0; n--) {
            out[place(out, random)] ^= (byte) (1 << random.nextInt(8));
        }
        return out;
    }

    /** Mostly where the structure is: weights fill the end of the file. */
    private static int place(byte[] bytes, Random random) {
        return random.nextInt(random.nextInt(4) == 0 ? bytes.length : Math.min(bytes.length, 2500));
    }

    private static byte[] overwritten(byte[] valid, Random random) {
        byte[] out = valid.clone();
        int from = place(out, random);
        for (int i = from; i < Math.min(out.length, from + 1 + random.nextInt(12)); i++) {
            out[i] = (byte) (random.nextBoolean() ? 0xff : random.nextInt(256));
        }
        return out;
    }

    private static byte[] spliced(byte[] valid, Random random) {
        int from = place(valid, random);
        int to = Math.min(valid.length, from + random.nextInt(200));
        int at = place(valid, random);
        byte[] out = Arrays.copyOf(valid, valid.length + to - from);
        System.arraycopy(valid, from, out, at, to - from);
        System.arraycopy(valid, at, out, at + to - from, valid.length - at);
        return out;
    }

    /** Valid protobuf whose contents contradict each other. */
    private static byte[] rebuilt(byte[] valid, Random random) {
        try {
            ModelProto.Builder model = ModelProto.parseFrom(valid).toBuilder();
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                damage(model, random);
            }
            return model.build().toByteArray();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private static void damage(ModelProto.Builder model, Random random) {
        GraphProto.Builder g = model.getGraphBuilder();
        NodeProto.Builder node =
                g.getNodeCount() == 0 ? g.addNodeBuilder() : g.getNodeBuilder(random.nextInt(g.getNodeCount()));
        TensorProto.Builder tensor = g.getInitializerCount() == 0
                ? g.addInitializerBuilder()
                : g.getInitializerBuilder(random.nextInt(g.getInitializerCount()));
        switch (random.nextInt(18)) {
            case 0 -> tensor.addDims(wild(random));
            case 1 -> {
                if (tensor.getDimsCount() > 0) {
                    tensor.setDims(random.nextInt(tensor.getDimsCount()), wild(random));
                }
            }
            case 2 -> tensor.setDataType(random.nextInt(26));
            case 3 -> tensor.setRawData(numbers(random, 1 + random.nextInt(8)));
            case 4 -> shapeConstant(tensor, random);
            case 5 -> external(tensor, random);
            case 6 -> number(node, random);
            case 7 -> node.setOpType(OPERATORS.get(random.nextInt(OPERATORS.size())));
            case 8 -> rewire(g, node, random);
            case 9 -> node.addInput(anyTensor(g, random));
            case 10 -> node.clearOutput();
            case 11 -> node.addOutput(anyTensor(g, random));
            case 12 -> g.removeNode(random.nextInt(g.getNodeCount()));
            case 13 -> g.removeInitializer(random.nextInt(g.getInitializerCount()));
            case 14 -> node.addAttribute(nested(random.nextInt(130)));
            case 15 -> inputShape(g, random);
            case 16 ->
                model.getOpsetImportBuilder(0)
                        .setVersion(random.nextInt(8) == 0 ? wild(random) : 1 + random.nextInt(24));
            default -> {
                NodeProto again = node.build();
                g.addNode(again);
            }
        }
    }

    private static long wild(Random random) {
        return WILD[random.nextInt(WILD.length)];
    }

    private static ByteString numbers(Random random, int n) {
        java.nio.ByteBuffer b = java.nio.ByteBuffer.allocate(8 * n).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < n; i++) {
            b.putLong(wild(random));
        }
        return ByteString.copyFrom(b.array());
    }

    /** Integers where a shape, axes, pads or repeats may be expected. */
    private static void shapeConstant(TensorProto.Builder tensor, Random random) {
        int n = tensor.getDataType() == 7 && tensor.getDimsCount() == 1
                ? (int) Math.max(0, Math.min(16, tensor.getDims(0)))
                : random.nextInt(6);
        tensor.setDataType(7).clearDims().addDims(n).setRawData(numbers(random, n));
    }

    private static void external(TensorProto.Builder tensor, Random random) {
        List<String> places =
                List.of("../secret", "/etc/passwd", "model.onnx", "weights.bin", "", "a/../../b", "\u0000");
        tensor.clearRawData()
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(entry("location", places.get(random.nextInt(places.size()))))
                .addExternalData(entry("offset", Long.toString(wild(random))));
        if (random.nextBoolean()) {
            tensor.addExternalData(entry("length", random.nextBoolean() ? "12x" : Long.toString(wild(random))));
        }
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    private static void number(NodeProto.Builder node, Random random) {
        if (node.getAttributeCount() == 0) {
            String name = List.of("axis", "axes", "pads", "strides", "kernel_shape", "group", "to", "perm", "alpha")
                    .get(random.nextInt(9));
            node.addAttribute(AttributeProto.newBuilder()
                    .setName(name)
                    .setType(AttributeType.INT)
                    .setI(wild(random)));
            return;
        }
        AttributeProto.Builder a = node.getAttributeBuilder(random.nextInt(node.getAttributeCount()));
        switch (random.nextInt(5)) {
            case 0 -> a.setType(AttributeType.forNumber(random.nextInt(15)));
            case 1 -> a.setI(wild(random));
            case 2 -> a.addInts(wild(random));
            case 3 -> a.setF(Float.intBitsToFloat(random.nextInt()));
            default -> {
                if (a.getIntsCount() > 0) {
                    a.setInts(random.nextInt(a.getIntsCount()), wild(random));
                } else {
                    a.setI(wild(random));
                }
            }
        }
    }

    private static void rewire(GraphProto.Builder g, NodeProto.Builder node, Random random) {
        if (node.getInputCount() > 0) {
            node.setInput(random.nextInt(node.getInputCount()), anyTensor(g, random));
        }
    }

    private static String anyTensor(GraphProto.Builder g, Random random) {
        NodeProto from = g.getNode(random.nextInt(g.getNodeCount()));
        return switch (random.nextInt(5)) {
            case 0 -> "nowhere";
            case 1 -> "";
            case 2 -> g.getInputCount() > 0 ? g.getInput(0).getName() : "";
            case 3 ->
                g.getInitializerCount() > 0
                        ? g.getInitializer(random.nextInt(g.getInitializerCount()))
                                .getName()
                        : "";
            default -> from.getOutputCount() > 0 ? from.getOutput(0) : "";
        };
    }

    private static void inputShape(GraphProto.Builder g, Random random) {
        TensorShapeProto.Builder shape =
                g.getInputBuilder(0).getTypeBuilder().getTensorTypeBuilder().getShapeBuilder();
        if (random.nextBoolean() && shape.getDimCount() > 0) {
            shape.setDim(
                    random.nextInt(shape.getDimCount()),
                    TensorShapeProto.Dimension.newBuilder().setDimValue(wild(random)));
        } else if (random.nextBoolean()) {
            shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(wild(random)));
        } else {
            g.getInputBuilder(0).getTypeBuilder().getTensorTypeBuilder().setElemType(random.nextInt(26));
        }
    }

    private static AttributeProto nested(int depth) {
        AttributeProto.Builder a = AttributeProto.newBuilder().setName("body").setType(AttributeType.GRAPH);
        a.setG(GraphProto.newBuilder());
        for (int i = 0; i < depth; i++) {
            a = AttributeProto.newBuilder()
                    .setName("body")
                    .setType(AttributeType.GRAPH)
                    .setG(GraphProto.newBuilder().addNode(NodeProto.newBuilder().addAttribute(a)));
        }
        return a.build();
    }
}
