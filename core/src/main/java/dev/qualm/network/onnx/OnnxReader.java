package dev.qualm.network.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.qualm.UnreadableFileException;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.ElementType;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads ONNX files into {@link Graph}s.
 *
 * <p>Constant nodes become initializers, Identity nodes on initializers disappear (tied weights stay one array), initializers
 * that older exporters also list as inputs are not inputs, and every node gets a unique name.
 */
public final class OnnxReader {
    /** The newest standard operator set whose operators Qualm knows. */
    public static final int NEWEST_OPSET = 24;

    private static final Set<String> QUANTISED =
            Set.of("QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "MatMulInteger", "ConvInteger");

    private final BiPredicate<String, String> supported;

    /** @param supported tells by domain and operator type what can be run; the error for a model lists all others */
    public OnnxReader(BiPredicate<String, String> supported) {
        this.supported = supported;
    }

    /** Reads a file; external data may lie in its folder. */
    public Graph read(Path file) {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UnreadableFileException("Model " + file + " cannot be read: " + e, e);
        } catch (OutOfMemoryError e) {
            throw new UnreadableFileException("Model " + file + " does not fit into the Java heap; raise -Xmx", e);
        }
        Path folder = file.toAbsolutePath().getParent();
        return read(bytes, folder, file.getFileName().toString());
    }

    /**
     * Reads a model from memory.
     *
     * @param folder where external data may lie, or null for nowhere
     * @param source name for messages
     */
    public Graph read(byte[] bytes, @Nullable Path folder, String source) {
        ModelProto model;
        try {
            model = ModelProto.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new UnreadableFileException(
                    source + " is not an ONNX model" + FileKind.hint(bytes) + ": " + e.getMessage(), e);
        }
        if (!model.hasGraph()
                || model.getGraph().getNodeCount() + model.getGraph().getInitializerCount() == 0) {
            throw new UnreadableFileException(
                    source + " is not an ONNX model" + FileKind.hint(bytes) + ": it holds no graph");
        }
        Map<String, Long> opsets = opsets(model, source);
        refuseUnsupported(model, source);
        return graph(model.getGraph(), opsets, folder == null ? null : new ExternalData(folder), source);
    }

    private static Map<String, Long> opsets(ModelProto model, String source) {
        Map<String, Long> opsets = new HashMap<>();
        model.getOpsetImportList().forEach(o -> opsets.put(domain(o.getDomain()), o.getVersion()));
        opsets.putIfAbsent("", 1L);
        long version = opsets.get("");
        if (version < 1 || version > NEWEST_OPSET) {
            throw new UnsupportedModelException(source + ": operator set version " + version + " is outside 1.."
                    + NEWEST_OPSET + "; export the model with opset " + NEWEST_OPSET + " or older");
        }
        return opsets;
    }

    private static String domain(String d) {
        return d.equals("ai.onnx") ? "" : d;
    }

    /** One error that names everything the model needs and Qualm lacks. */
    private void refuseUnsupported(ModelProto model, String source) {
        Map<String, List<String>> missing = new TreeMap<>();
        for (NodeProto n : model.getGraph().getNodeList()) {
            String d = domain(n.getDomain());
            if (!supported.test(d, n.getOpType()) && !n.getOpType().equals("Constant")) {
                missing.computeIfAbsent((d.isEmpty() ? "" : d + ":") + n.getOpType(), k -> new ArrayList<>())
                        .add(label(n));
            }
        }
        if (missing.isEmpty()) {
            return;
        }
        StringBuilder text = new StringBuilder(source).append(" uses operators that Qualm does not support:");
        missing.forEach((op, nodes) -> {
            text.append("\n  ")
                    .append(op)
                    .append(": ")
                    .append(nodes.size())
                    .append(nodes.size() == 1 ? " node " : " nodes ");
            text.append(String.join(", ", nodes.subList(0, Math.min(20, nodes.size()))));
            text.append(nodes.size() > 20 ? ", ..." : "").append(reason(op));
        });
        throw new UnsupportedModelException(text.toString());
    }

    private static String reason(String op) {
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

    private static String label(NodeProto n) {
        return "'" + (!n.getName().isEmpty() ? n.getName() : n.getOutputCount() > 0 ? n.getOutput(0) : "") + "'";
    }

    private static Graph graph(
            GraphProto proto, Map<String, Long> opsets, @Nullable ExternalData external, String source) {
        Map<String, Array> initializers = new LinkedHashMap<>();
        for (TensorProto t : proto.getInitializerList()) {
            if (initializers.put(t.getName(), TensorProtos.toArray(t, external, source)) != null) {
                throw new UnreadableFileException(source + ": two initializers are named '" + t.getName() + "'");
            }
        }
        if (proto.getSparseInitializerCount() > 0) {
            throw new UnsupportedModelException(source + ": sparse initializers are not supported: '"
                    + proto.getSparseInitializer(0).getValues().getName() + "'");
        }
        List<ValueInfo> inputs = new ArrayList<>();
        for (ValueInfoProto v : proto.getInputList()) {
            if (!initializers.containsKey(v.getName())) {
                inputs.add(valueInfo(v, source));
            }
        }
        List<ValueInfo> outputs =
                proto.getOutputList().stream().map(v -> valueInfo(v, source)).toList();
        Set<String> outputNames = new HashSet<>();
        outputs.forEach(o -> outputNames.add(o.name()));

        List<Node> nodes = new ArrayList<>();
        Map<String, String> aliases = new HashMap<>();
        Set<String> names = new HashSet<>();
        for (NodeProto n : proto.getNodeList()) {
            Node node = node(n, names, external, source);
            List<String> in =
                    node.inputs().stream().map(i -> aliases.getOrDefault(i, i)).toList();
            if (node.domain().isEmpty()
                    && node.op().equals("Constant")
                    && node.outputs().size() == 1) {
                if (initializers.put(node.output(), ConstantNodes.value(node, source)) != null) {
                    throw new UnreadableFileException(source + ": tensor '" + node.output() + "' is produced twice");
                }
                names.remove(node.name());
            } else if (node.domain().isEmpty()
                    && node.op().equals("Identity")
                    && in.size() == 1
                    && initializers.containsKey(in.get(0))
                    && !outputNames.contains(node.output())) {
                aliases.put(node.output(), in.get(0));
                names.remove(node.name());
            } else {
                nodes.add(node.withInputs(in));
            }
        }
        return new Graph(proto.getName(), opsets, inputs, outputs, nodes, initializers);
    }

    private static Node node(NodeProto n, Set<String> names, @Nullable ExternalData external, String source) {
        if (n.getOutputCount() == 0) {
            throw new UnreadableFileException(
                    source + ": " + n.getOpType() + " node '" + n.getName() + "' has no output");
        }
        String wanted = n.getName().isEmpty() ? n.getOutput(0) : n.getName();
        String name = wanted;
        for (int i = 2; !names.add(name); i++) {
            name = wanted + "#" + i;
        }
        Map<String, Object> attributes = new HashMap<>();
        for (AttributeProto a : n.getAttributeList()) {
            attributes.put(a.getName(), attribute(a, external, source + ", node '" + name + "'"));
        }
        return new Node(
                name,
                domain(n.getDomain()),
                n.getOpType(),
                n.getInputList(),
                n.getOutputList(),
                new Attributes(attributes));
    }

    private static Object attribute(AttributeProto a, @Nullable ExternalData external, String place) {
        if (!a.getRefAttrName().isEmpty()) {
            throw new UnsupportedModelException(
                    place + ": attribute '" + a.getName() + "' refers to a function's attribute");
        }
        return switch (a.getType()) {
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
            case INTS -> a.getIntsList().stream().mapToLong(Long::longValue).toArray();
            case STRINGS ->
                a.getStringsList().stream().map(s -> s.toStringUtf8()).toList();
            case TENSOR -> TensorProtos.toArray(a.getT(), external, place + ", attribute '" + a.getName() + "'");
            case UNDEFINED -> untyped(a);
            default ->
                throw new UnsupportedModelException(
                        place + ": attribute '" + a.getName() + "' of type " + a.getType() + " is not supported");
        };
    }

    /** Files of IR versions before 3 leave the type out. */
    private static Object untyped(AttributeProto a) {
        if (a.getIntsCount() > 0) {
            return a.getIntsList().stream().mapToLong(Long::longValue).toArray();
        }
        if (a.getFloatsCount() > 0) {
            float[] v = new float[a.getFloatsCount()];
            for (int i = 0; i < v.length; i++) {
                v[i] = a.getFloats(i);
            }
            return v;
        }
        return a.hasF() ? (Object) a.getF() : a.hasS() ? a.getS().toStringUtf8() : (Object) a.getI();
    }

    private static ValueInfo valueInfo(ValueInfoProto v, String source) {
        if (v.hasType() && !v.getType().hasTensorType()) {
            throw new UnsupportedModelException(source + ": '" + v.getName()
                    + "' is not a tensor (sequences, maps and optional" + " values are not supported)");
        }
        ElementType type = ElementType.of(v.getType().getTensorType().getElemType());
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
}
