package dev.qualm.network.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Builds the {@link Graph} of a parsed model. Used once. */
/*
 * Damage is thrown where it is found; what is merely not supported is gathered, and thrown together once everything was seen.
 */
final class GraphAssembly {
    private final String source;
    private final @Nullable ExternalData external;
    private final Problems problems;
    private final Predicate<NodeProto> supported;
    private final boolean keepUnsupported;
    private final Map<String, Array> initializers = new LinkedHashMap<>();
    private final Set<String> produced = new HashSet<>();

    GraphAssembly(
            String source,
            @Nullable ExternalData external,
            Problems problems,
            Predicate<NodeProto> supported,
            boolean keepUnsupported) {
        this.source = source;
        this.external = external;
        this.problems = problems;
        this.supported = supported;
        this.keepUnsupported = keepUnsupported;
    }

    /** @param nodes the graph's nodes, function calls spelled out */
    Graph assemble(GraphProto proto, List<NodeProto> nodes, Map<String, Long> opsets) {
        for (TensorProto t : proto.getInitializerList()) {
            initializer(t.getName(), () -> TensorProtos.toArray(t, external, source));
        }
        for (SparseTensorProto t : proto.getSparseInitializerList()) {
            String name = t.getValues().getName();
            initializer(name, () -> SparseTensors.toArray(t, external, source + ", tensor '" + name + "'"));
        }
        Set<String> stored = Set.copyOf(produced);
        List<ValueInfo> inputs = new ArrayList<>();
        for (ValueInfoProto v : proto.getInputList()) {
            ValueInfo in = problems.attempt(() -> ValueInfos.read(v, source));
            if (!stored.contains(v.getName())) {
                produce(v.getName(), "input");
                if (in != null) {
                    inputs.add(in);
                }
            }
        }
        List<ValueInfo> outputs = new ArrayList<>();
        Set<String> outputNames = new HashSet<>();
        for (ValueInfoProto v : proto.getOutputList()) {
            ValueInfo out = problems.attempt(() -> ValueInfos.read(v, source));
            outputNames.add(v.getName());
            if (out != null) {
                outputs.add(out);
            }
        }
        List<NodeProto> calls = new ArrayList<>();
        Map<String, String> copies = new HashMap<>();
        for (NodeProto n : nodes) {
            sort(n, outputNames, calls, copies);
        }
        List<Node> built = new ArrayList<>();
        UniqueNames names = new UniqueNames();
        calls.forEach(n -> names.reserve(n.getName()));
        names.reserve("");
        Set<String> used = new HashSet<>();
        for (NodeProto n : calls) {
            boolean own = !n.getName().isEmpty() && used.add(n.getName());
            String name = own ? n.getName() : names.unique(OnnxReader.label(n));
            Node node = supported.test(n) || keepUnsupported ? problems.attempt(() -> node(n, name, copies)) : null;
            if (node != null) {
                built.add(node);
            }
        }
        problems.throwIfAny();
        return new Graph(proto.getName(), opsets, inputs, outputs, built, initializers);
    }

    private void initializer(String name, Supplier<Array> value) {
        produce(name, "initializer");
        Array a = problems.attempt(value);
        if (a != null) {
            initializers.put(name, a);
        }
    }

    private void produce(String tensor, String what) {
        if (tensor.isEmpty()) {
            throw new UnreadableFileException(source + ": an " + what + " has no name");
        }
        if (!produced.add(tensor)) {
            throw new UnreadableFileException(
                    source + ": tensor '" + tensor + "' is produced twice, the second time by an " + what);
        }
    }

    /** Constants go to the initializers, copies to {@code copies}, all other nodes to {@code calls}. */
    private void sort(NodeProto n, Set<String> outputNames, List<NodeProto> calls, Map<String, String> copies) {
        if (n.getOutputList().stream().allMatch(String::isEmpty)) {
            throw new UnreadableFileException(
                    source + ": " + n.getOpType() + " node '" + n.getName() + "' has no output");
        }
        for (String o : n.getOutputList()) {
            if (!o.isEmpty()) {
                produce(o, n.getOpType() + " node");
            }
        }
        boolean standard = OnnxReader.domain(n.getDomain()).isEmpty();
        boolean single = n.getOutputCount() == 1;
        if (standard && single && n.getOpType().equals("Constant")) {
            String place = source + ", Constant '" + OnnxReader.label(n) + "'";
            Array value = problems.attempt(() -> ConstantNodes.value(AttributeProtos.read(n, external, place), place));
            if (value != null) {
                initializers.put(n.getOutput(0), value);
            }
        } else {
            if (standard
                    && single
                    && n.getOpType().equals("Identity")
                    && n.getInputCount() == 1
                    && !outputNames.contains(n.getOutput(0))) {
                copies.put(n.getOutput(0), n.getInput(0));
            }
            calls.add(n);
        }
    }

    /** The node, or null if it only copies an initializer. */
    private @Nullable Node node(NodeProto n, String name, Map<String, String> copies) {
        if (copies.containsKey(n.getOutput(0)) && initializers.containsKey(origin(n.getOutput(0), copies))) {
            return null;
        }
        Attributes attributes = supported.test(n)
                ? AttributeProtos.read(n, external, source + ", node '" + name + "'")
                : Attributes.NONE;
        List<String> in = new ArrayList<>();
        for (String tensor : n.getInputList()) {
            String origin = origin(tensor, copies);
            in.add(initializers.containsKey(origin) ? origin : tensor);
        }
        return new Node(
                name,
                OnnxReader.domain(n.getDomain()),
                n.getOpType(),
                withoutTrailing(in),
                withoutTrailing(n.getOutputList()),
                attributes);
    }

    /** What a tensor is a copy of, in the end; copies that copy each other in a circle stop being copies. */
    private static String origin(String tensor, Map<String, String> copies) {
        List<String> path = new ArrayList<>();
        String from = tensor;
        while (copies.containsKey(from)) {
            if (path.size() > copies.size()) {
                path.forEach(copies::remove);
                return tensor;
            }
            path.add(from);
            from = copies.getOrDefault(from, from);
        }
        // Point the whole path to the end, so that no chain is walked twice.
        for (String p : path) {
            copies.put(p, from);
        }
        return from;
    }

    private static List<String> withoutTrailing(List<String> names) {
        int n = names.size();
        while (n > 0 && names.get(n - 1).isEmpty()) {
            n--;
        }
        return List.copyOf(names.subList(0, n));
    }
}
