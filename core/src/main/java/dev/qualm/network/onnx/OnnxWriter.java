package dev.qualm.network.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.array.AtomicFile;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes {@link Graph}s as ONNX files that any runtime reads; {@link OnnxReader} gives the same graph back.
 *
 * <p>Two things come back in another form. Nodes of Qualm's own domain are written in standard operators, and element types
 * that Qualm widens (16-bit floats, unsigned integers of 16 bits and more) are declared as what they were widened to.
 */
public final class OnnxWriter {
    /** Protobuf ends at 2 GiB; names, shapes and nodes get the rest. */
    private static final long LARGEST_INLINE = Integer.MAX_VALUE - (64L << 20);

    /** Tensors below this size stay in the model when there is a data file. */
    private static final int SMALL = 1024;

    /** Data start at multiples of a memory page, so that runtimes can map them. */
    private static final int PAGE = 4096;

    private OnnxWriter() {}

    /**
     * Writes a file completely or not at all. Weights of more than 2 GiB go to a second file, {@code <name>.data}, beside it.
     *
     * @throws QualmException if the file cannot be written
     * @throws dev.qualm.UnsupportedModelException if a node has no form in standard operators
     */
    public static void write(Graph graph, Path file) {
        write(graph, file, LARGEST_INLINE);
    }

    /** The bytes of the file {@link #write} makes; the weights must fit into it. */
    public static byte[] toBytes(Graph graph) {
        Graph standard = StandardForm.of(graph);
        if (weightBytes(standard) > LARGEST_INLINE) {
            throw new QualmException("Weights of " + weightBytes(standard)
                    + " bytes do not fit into one ONNX model in memory (2 GiB); write it to a file");
        }
        return model(standard, initializers(standard)).toByteArray();
    }

    /** @param largestInline weights of more bytes go to a data file */
    static void write(Graph graph, Path file, long largestInline) {
        Graph standard = StandardForm.of(graph);
        List<TensorProto> tensors;
        if (weightBytes(standard) > largestInline) {
            Path name = file.toAbsolutePath().getFileName();
            String data = (name == null ? "model" : name) + ".data";
            tensors = new ArrayList<>();
            // The data first: a reader never sees a model whose data are not there yet.
            AtomicFile.write(file.toAbsolutePath().resolveSibling(data), out -> external(standard, data, out, tensors));
        } else {
            tensors = initializers(standard);
        }
        ModelProto model = model(standard, tensors);
        AtomicFile.write(file, model::writeTo);
    }

    private static long weightBytes(Graph graph) {
        return graph.initializers().values().stream()
                .mapToLong(TensorEncoding::length)
                .sum();
    }

    private static List<TensorProto> initializers(Graph graph) {
        List<TensorProto> out = new ArrayList<>();
        graph.initializers().forEach((name, a) -> out.add(TensorEncoding.toProto(name, a)));
        return out;
    }

    private static void external(Graph graph, String location, OutputStream out, List<TensorProto> tensors)
            throws IOException {
        long at = 0;
        for (Map.Entry<String, Array> e : graph.initializers().entrySet()) {
            Array a = e.getValue();
            if (TensorEncoding.length(a) < SMALL) {
                tensors.add(TensorEncoding.toProto(e.getKey(), a));
                continue;
            }
            int gap = (int) Math.floorMod(-at, (long) PAGE);
            out.write(new byte[gap]);
            at += gap;
            byte[] bytes = TensorEncoding.bytes(a);
            out.write(bytes);
            tensors.add(TensorEncoding.header(e.getKey(), a)
                    .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                    .addExternalData(entry("location", location))
                    .addExternalData(entry("offset", Long.toString(at)))
                    .addExternalData(entry("length", Long.toString(bytes.length)))
                    .build());
            at += bytes.length;
        }
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    private static ModelProto model(Graph graph, List<TensorProto> tensors) {
        GraphProto.Builder g = GraphProto.newBuilder().setName(graph.name().isEmpty() ? "qualm" : graph.name());
        graph.inputs().forEach(i -> g.addInput(ValueInfos.write(i)));
        graph.outputs().forEach(o -> g.addOutput(ValueInfos.write(o)));
        graph.nodes().forEach(n -> g.addNode(node(n)));
        g.addAllInitializer(tensors);
        ModelProto.Builder m = ModelProto.newBuilder()
                .setIrVersion(irVersion(graph.opset()))
                .setProducerName("qualm")
                .setGraph(g);
        new TreeMap<>(graph.opsets())
                .forEach((domain, version) -> m.addOpsetImport(
                        OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version)));
        return m.build();
    }

    private static NodeProto node(Node n) {
        NodeProto.Builder b = NodeProto.newBuilder()
                .setName(n.name())
                .setOpType(n.op())
                .addAllInput(n.inputs())
                .addAllOutput(n.outputs());
        if (!n.domain().isEmpty()) {
            b.setDomain(n.domain());
        }
        n.attributes().asMap().forEach((name, value) -> b.addAttribute(AttributeProtos.write(name, value)));
        return b.build();
    }

    /** The oldest file format that has the operator set; at least 8, where initializers need not be inputs. */
    private static long irVersion(int opset) {
        if (opset <= 18) {
            return 8;
        }
        return opset <= 20 ? 9 : opset <= 22 ? 10 : opset - 12;
    }
}
