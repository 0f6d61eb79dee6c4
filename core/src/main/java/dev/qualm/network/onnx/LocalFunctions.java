package dev.qualm.network.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import dev.qualm.UnreadableFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;

/** Replaces calls of a model's own functions by the functions' nodes. */
/*
 * Functions may call functions, so a small file can describe a huge graph (each level doubling the one below) or an endless
 * one. Depth and number of nodes are bounded; both bounds are far above what exporters write (one function per module).
 * Tensors inside a call are named "call/tensor", where call is the calling node, so that every call has its own.
 */
final class LocalFunctions {
    private static final int DEEPEST = 32;
    private static final int MOST_NODES = 100_000;

    private final Map<String, FunctionProto> functions = new HashMap<>();
    private final Map<String, Long> opsets;
    private final BiPredicate<String, String> supported;
    private final Problems problems;
    private final String source;
    private final UniqueNames tensors = new UniqueNames();
    private final List<NodeProto> out = new ArrayList<>();
    private final Set<String> refused = new HashSet<>();
    private int added;

    private LocalFunctions(
            Map<String, Long> opsets, BiPredicate<String, String> supported, Problems problems, String source) {
        this.opsets = opsets;
        this.supported = supported;
        this.problems = problems;
        this.source = source;
    }

    /** The model's nodes with calls of functions that Qualm has no operator for spelled out. */
    static List<NodeProto> inline(
            ModelProto model,
            Map<String, Long> opsets,
            BiPredicate<String, String> supported,
            Problems problems,
            String source) {
        GraphProto graph = model.getGraph();
        if (model.getFunctionsCount() == 0) {
            return graph.getNodeList();
        }
        LocalFunctions all = new LocalFunctions(opsets, supported, problems, source);
        model.getFunctionsList().forEach(f -> all.functions.put(key(f.getDomain(), f.getName(), f.getOverload()), f));
        graph.getInputList().forEach(v -> all.tensors.reserve(v.getName()));
        graph.getInitializerList().forEach(t -> all.tensors.reserve(t.getName()));
        graph.getNodeList().forEach(n -> n.getOutputList().forEach(all.tensors::reserve));
        graph.getNodeList().forEach(n -> all.expand(n, 0));
        return all.out;
    }

    private static String key(String domain, String name, String overload) {
        return OnnxReader.domain(domain) + ":" + name + ":" + overload;
    }

    private void expand(NodeProto node, int depth) {
        FunctionProto f = functions.get(key(node.getDomain(), node.getOpType(), node.getOverload()));
        if (f == null || supported.test(OnnxReader.domain(node.getDomain()), node.getOpType())) {
            if (depth > 0 && ++added > MOST_NODES) {
                throw new UnreadableFileException(
                        source + ": its functions spell out to more than " + MOST_NODES + " nodes");
            }
            out.add(node);
            return;
        }
        if (depth == DEEPEST) {
            throw new UnreadableFileException(source + ": functions call each other more than " + DEEPEST + " deep, at "
                    + node.getOpType() + "; do they call themselves?");
        }
        for (OperatorSetIdProto o : f.getOpsetImportList()) {
            long version = opsets.getOrDefault(OnnxReader.domain(o.getDomain()), o.getVersion());
            if (version != o.getVersion() && refused.add(f.getDomain() + ":" + f.getName())) {
                problems.add("function " + f.getDomain() + ":" + f.getName() + " uses operator set " + o.getVersion()
                        + " of domain '" + o.getDomain() + "', but the model uses " + version);
            }
        }
        inline(node, f, depth);
    }

    private void inline(NodeProto call, FunctionProto f, int depth) {
        if (call.getInputCount() > f.getInputCount() || call.getOutputCount() > f.getOutputCount()) {
            throw new UnreadableFileException(source + ": " + call.getOpType() + " node '" + call.getName() + "' has "
                    + call.getInputCount() + " inputs and " + call.getOutputCount() + " outputs, but the function has "
                    + f.getInputCount() + " and " + f.getOutputCount());
        }
        String prefix = OnnxReader.label(call) + "/";
        Map<String, String> names = new HashMap<>();
        for (int i = 0; i < f.getInputCount(); i++) {
            names.put(f.getInput(i), i < call.getInputCount() ? call.getInput(i) : "");
        }
        Map<String, String> copies = new HashMap<>();
        for (int i = 0; i < call.getOutputCount(); i++) {
            String outer = call.getOutput(i);
            if (!outer.isEmpty()) {
                String inner = names.putIfAbsent(f.getOutput(i), outer);
                if (inner != null) {
                    copies.put(outer, inner); // the function passes an input on, or returns one tensor twice
                }
            }
        }
        Map<String, AttributeProto> given = new HashMap<>();
        f.getAttributeProtoList().forEach(a -> given.put(a.getName(), a));
        call.getAttributeList().forEach(a -> given.put(a.getName(), a));
        for (NodeProto inner : f.getNodeList()) {
            NodeProto.Builder n = inner.toBuilder().clearInput().clearOutput().clearAttribute();
            inner.getInputList().forEach(t -> n.addInput(outer(t, names, prefix)));
            inner.getOutputList().forEach(t -> n.addOutput(outer(t, names, prefix)));
            n.setName(inner.getName().isEmpty() ? "" : prefix + inner.getName());
            for (AttributeProto a : inner.getAttributeList()) {
                if (a.getRefAttrName().isEmpty()) {
                    n.addAttribute(a);
                } else if (given.containsKey(a.getRefAttrName())) {
                    n.addAttribute(given.get(a.getRefAttrName()).toBuilder().setName(a.getName()));
                }
            }
            expand(n.build(), depth + 1);
        }
        copies.forEach((outer, inner) -> out.add(NodeProto.newBuilder()
                .setOpType("Identity")
                .addInput(inner)
                .addOutput(outer)
                .build()));
    }

    private String outer(String tensor, Map<String, String> names, String prefix) {
        return tensor.isEmpty() ? "" : names.computeIfAbsent(tensor, t -> tensors.unique(prefix + t));
    }
}
