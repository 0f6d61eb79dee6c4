package dev.qualm.attribution;

import dev.qualm.network.BackwardRule.Step;
import dev.qualm.network.GraphWriter;
import dev.qualm.network.graph.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Guided backpropagation and the deconvnet at Relu, and at softplus in its place. */
/*
 * With softplus the rectifier of the reverse pass is softplus too, as in the reference implementation of Dombrowski et al. 2019. That is
 * not linear in what arrives: small relevance tends to log(2) / beta.
 */
final class Rectified {
    private Rectified() {}

    /** Null for other rules and other activations. */
    static @Nullable Map<Integer, String> through(Step step, NodeRule rule) {
        boolean guided = rule == NodeRule.Plain.GUIDED;
        if (!guided && rule != NodeRule.Plain.DECONVNET) {
            return null;
        }
        GraphWriter w = step.writer();
        Node n = step.node();
        String r = step.relevance();
        if (GraphWriter.isStandard(n) && n.op().equals("Relu")) {
            String positive = w.node("Relu", r);
            return Map.of(0, guided ? w.own("ReluGradient", positive, n.output()) : positive);
        }
        if (n.domain().equals(Node.QUALM_DOMAIN) && n.op().equals("Softplus")) {
            List<String> sharpness = n.inputs().subList(1, n.inputs().size());
            String positive = w.own("Softplus", followed(sharpness, r), n.attributes());
            String slope = w.own("SoftplusSlope", n.inputs(), n.attributes());
            return Map.of(0, guided ? w.node("Mul", positive, slope) : positive);
        }
        return null;
    }

    private static List<String> followed(List<String> rest, String first) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(rest);
        return all;
    }
}
