package dev.qualm.gradient;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.Recording;
import dev.qualm.network.Tape;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** The obvious way to a per-sample weight gradient: the engine differentiates one input's loss by all weights. */
final class SlowGradients {
    private SlowGradients() {}

    /** Gradients by weight name of row {@code i}'s loss, FLOAT64. */
    static Map<String, Array> of(Network network, Map<String, Array> feeds, int i, Loss loss, List<String> names) {
        Map<String, Array> row = new LinkedHashMap<>();
        feeds.forEach((name, a) -> row.put(name, a.slice(i, i + 1)));
        Map<String, Array> out = new LinkedHashMap<>();
        try (NativeScope scope = NativeScope.values()) {
            Map<String, Tensor> leaves = new LinkedHashMap<>();
            for (String name : names) {
                Array w = network.graph().initializers().get(name);
                leaves.put(name, Tensors.of(w, network.precision()).set_requires_grad(true));
            }
            try (Tape tape = Tape.record(network, row, Recording.ofWeights(leaves))) {
                double[] z = Tensors.toArray(tape.logits()).toDoubles();
                double[] c = loss.gradient(z);
                Tensor cotangent = Tensors.of(Array.of(c, 1, c.length), network.precision());
                List<Tensor> found = tape.gradients(tape.logits(), cotangent, new ArrayList<>(leaves.values()));
                for (int k = 0; k < names.size(); k++) {
                    out.put(names.get(k), Tensors.toArray(found.get(k)).asFloat64());
                }
            }
        }
        return out;
    }

    /** The metrics of some entries, straight from their definitions. */
    static double[] metrics(List<Metric> metrics, double[] g) {
        List<Double> out = new ArrayList<>();
        double mean = 0;
        for (double v : g) {
            mean += v / g.length;
        }
        double squares = 0;
        double max = Double.NEGATIVE_INFINITY;
        double min = Double.POSITIVE_INFINITY;
        for (double v : g) {
            squares += (v - mean) * (v - mean);
            max = Math.max(max, v);
            min = Math.min(min, v);
        }
        for (Metric m : metrics) {
            if (m instanceof Metric.Max) {
                out.add(max);
            } else if (m instanceof Metric.Min) {
                out.add(min);
            } else if (m instanceof Metric.Mean) {
                out.add(mean);
            } else if (m instanceof Metric.MeanStd s) {
                if (s.returnMean()) {
                    out.add(mean);
                }
                out.add(g.length < 2 ? s.eps() : Math.sqrt(squares / (g.length - 1) + s.eps() * s.eps()));
            } else if (m instanceof Metric.PNorm p) {
                double sum = 0;
                for (double v : g) {
                    sum = Double.isInfinite(p.p()) ? Math.max(sum, Math.abs(v)) : sum + Math.pow(Math.abs(v), p.p());
                }
                out.add(Double.isInfinite(p.p()) ? sum : Math.pow(sum, 1 / p.p()));
            }
        }
        return out.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
