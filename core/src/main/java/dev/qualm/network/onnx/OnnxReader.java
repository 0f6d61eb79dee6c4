package dev.qualm.network.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import dev.qualm.UnreadableFileException;
import dev.qualm.UnsupportedModelException;
import dev.qualm.network.graph.Graph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads ONNX files into {@link Graph}s.
 *
 * <p>Constant nodes become initializers, Identity nodes on initializers disappear (tied weights stay one array), initializers
 * that older exporters also list as inputs are not inputs, calls of the model's own functions are spelled out, and every node
 * gets a unique name: its own, or that of its first output, with {@code #2}, {@code #3} where two nodes have the same.
 */
public final class OnnxReader {
    /** The newest standard operator set whose operators Qualm knows. */
    public static final int NEWEST_OPSET = 24;

    private final BiPredicate<String, String> supported;
    private final boolean keepUnsupported;

    /** @param supported tells by domain and operator type what can be run; the error for a model lists all others */
    public OnnxReader(BiPredicate<String, String> supported) {
        this(supported, false);
    }

    private OnnxReader(BiPredicate<String, String> supported, boolean keepUnsupported) {
        this.supported = supported;
        this.keepUnsupported = keepUnsupported;
    }

    /**
     * A reader for reports on models that cannot run: it keeps nodes of unsupported operators, without their attributes, instead
     * of refusing the model for them.
     */
    public OnnxReader keepingUnsupported() {
        return new OnnxReader(supported, true);
    }

    /**
     * Why an operator is not supported and what to do about it, in brackets; empty where nothing more is known.
     *
     * @param operator type, with its domain and a colon before it unless that is the standard
     */
    public static String advice(String operator) {
        return Problems.reason(operator).strip();
    }

    /**
     * Reads a file; external data may lie in its folder.
     *
     * @throws UnreadableFileException if it is not an ONNX model, or damaged
     * @throws UnsupportedModelException if the model needs what Qualm does not have; the message lists all of it
     */
    public Graph read(Path file) {
        byte[] bytes;
        try {
            if (Files.size(file) > Integer.MAX_VALUE - 8) {
                throw new UnreadableFileException("Model " + file + " has " + Files.size(file)
                        + " bytes, but an ONNX file ends at 2 GiB; larger models keep their weights as external data");
            }
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UnreadableFileException("Model " + file + " cannot be read: " + e, e);
        } catch (OutOfMemoryError e) {
            throw new UnreadableFileException("Model " + file + " does not fit into the Java heap; raise -Xmx", e);
        }
        Path folder = file.toAbsolutePath().getParent();
        Path name = file.getFileName();
        return read(bytes, folder, name == null ? file.toString() : name.toString());
    }

    /**
     * Reads a model from memory.
     *
     * @param folder where external data may lie, or null for nowhere
     * @param source name for messages
     */
    public Graph read(byte[] bytes, @Nullable Path folder, String source) {
        ModelProto model = parse(bytes, source);
        Problems problems = new Problems(source);
        Map<String, Long> opsets = opsets(model, problems);
        List<NodeProto> nodes = LocalFunctions.inline(model, opsets, supported, problems, source);
        for (NodeProto n : nodes) {
            if (!isSupported(n) && !keepUnsupported) {
                problems.operator(domain(n.getDomain()), n.getOpType(), label(n));
            }
        }
        GraphProto graph = model.getGraph();
        GraphAssembly assembly = new GraphAssembly(
                source, folder == null ? null : new ExternalData(folder), problems, this::isSupported, keepUnsupported);
        return assembly.assemble(graph, nodes, opsets);
    }

    private static ModelProto parse(byte[] bytes, String source) {
        ModelProto model;
        try {
            // Aliasing lets weights stay where they are in the file's bytes until they are decoded.
            CodedInputStream in = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
            in.enableAliasing(true);
            model = ModelProto.parseFrom(in);
            in.checkLastTagWas(0);
        } catch (InvalidProtocolBufferException e) {
            throw new UnreadableFileException(
                    source + " is not an ONNX model" + FileKind.hint(bytes) + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UnreadableFileException(source + " cannot be read: " + e.getMessage(), e);
        } catch (OutOfMemoryError e) {
            throw new UnreadableFileException(source + " does not fit into the Java heap; raise -Xmx", e);
        }
        GraphProto graph = model.getGraph();
        if (!model.hasGraph()
                || graph.getNodeCount() + graph.getInitializerCount() + graph.getSparseInitializerCount() == 0) {
            throw new UnreadableFileException(
                    source + " is not an ONNX model" + FileKind.hint(bytes) + ": it holds no graph");
        }
        return model;
    }

    private static Map<String, Long> opsets(ModelProto model, Problems problems) {
        Map<String, Long> opsets = new HashMap<>();
        model.getOpsetImportList().forEach(o -> opsets.put(domain(o.getDomain()), o.getVersion()));
        opsets.putIfAbsent("", 1L);
        long version = opsets.getOrDefault("", 1L);
        if (version < 1 || version > NEWEST_OPSET) {
            problems.add("operator set version " + version + " is outside 1.." + NEWEST_OPSET
                    + "; export the model with opset " + NEWEST_OPSET + " or older");
        }
        return opsets;
    }

    private boolean isSupported(NodeProto n) {
        String domain = domain(n.getDomain());
        return supported.test(domain, n.getOpType())
                || (domain.isEmpty() && n.getOpType().equals("Constant"));
    }

    /** The standard domain has two names. */
    static String domain(String d) {
        return d.equals("ai.onnx") ? "" : d;
    }

    /** What to call a node: its name, else its first output, else its operator. */
    static String label(NodeProto n) {
        if (!n.getName().isEmpty()) {
            return n.getName();
        }
        return n.getOutputList().stream().filter(o -> !o.isEmpty()).findFirst().orElse(n.getOpType());
    }
}
