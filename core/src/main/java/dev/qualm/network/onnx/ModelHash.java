package dev.qualm.network.onnx;

import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Names models by SHA-256, in lower-case hexadecimal. */
/*
 * The hash of a graph covers everything that decides what the graph computes and what its tensors are called: operator sets,
 * inputs, outputs, nodes (sorted by their unique names) with attributes, and initializers (sorted by name). Every item is
 * preceded by its length or count, so that different graphs never give the same bytes. The graph's own name is left out.
 */
public final class ModelHash {
    private static final String FORM = "qualm-graph-1";

    private final MessageDigest digest;

    private ModelHash() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /** Hash of a file's bytes, as {@code sha256sum} prints it. External data are other files and not in it. */
    public static String of(Path file) {
        ModelHash hash = new ModelHash();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                hash.digest.update(buffer, 0, n);
            }
        } catch (IOException e) {
            throw new UnreadableFileException("Model " + file + " cannot be read: " + e, e);
        }
        return hash.hex();
    }

    /** Hash of a model in memory. */
    public static String of(byte[] model) {
        ModelHash hash = new ModelHash();
        hash.digest.update(model);
        return hash.hex();
    }

    /** Hash of what a graph computes, wherever its weights are stored and in whatever order its file lists things. */
    public static String of(Graph graph) {
        ModelHash hash = new ModelHash();
        hash.add(FORM);
        Map<String, Long> opsets = new TreeMap<>(graph.opsets());
        hash.add(opsets.size());
        opsets.forEach((domain, version) -> {
            hash.add(domain);
            hash.add(version);
        });
        hash.values(graph.inputs());
        hash.values(graph.outputs());
        hash.add(graph.nodes().size());
        graph.nodes().stream().sorted(Comparator.comparing(Node::name)).forEach(hash::add);
        Map<String, Array> initializers = new TreeMap<>(graph.initializers());
        hash.add(initializers.size());
        initializers.forEach((name, a) -> {
            hash.add(name);
            hash.add(a);
        });
        return hash.hex();
    }

    private void values(List<ValueInfo> values) {
        add(values.size());
        for (ValueInfo v : values) {
            add(v.name());
            add(ValueInfos.widened(v.type()).code());
            add(v.rank());
            for (int i = 0; i < v.rank(); i++) {
                add(v.dim(i));
            }
        }
    }

    private void add(Node n) {
        add(n.name());
        add(n.domain());
        add(n.op());
        strings(n.inputs());
        strings(n.outputs());
        attributes(n.attributes());
    }

    private void attributes(Attributes attributes) {
        add(attributes.asMap().size());
        attributes.asMap().forEach((name, value) -> {
            add(name);
            add(value instanceof List ? "List" : value.getClass().getSimpleName());
            if (value instanceof Array a) {
                add(a);
            } else {
                bytes(AttributeProtos.write(name, value).toByteArray());
            }
        });
    }

    private void add(Array a) {
        add(a.dtype().name());
        add(a.rank());
        for (int d : a.shape()) {
            add(d);
        }
        bytes(TensorEncoding.bytes(a));
    }

    private void strings(List<String> values) {
        add(values.size());
        values.forEach(this::add);
    }

    private void add(String text) {
        bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private void bytes(byte[] bytes) {
        add(bytes.length);
        digest.update(bytes);
    }

    private void add(long number) {
        digest.update(ByteBuffer.allocate(Long.BYTES).putLong(number).flip());
    }

    private String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
