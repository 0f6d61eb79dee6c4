package dev.qualm.gradient;

import dev.qualm.Status;
import dev.qualm.UnsupportedModelException;
import dev.qualm.gradient.MetricTargets.Group;
import dev.qualm.gradient.NodeGradient.Needs;
import dev.qualm.gradient.Parameters.Parameter;
import dev.qualm.gradient.Parameters.Use;
import dev.qualm.network.Network;
import dev.qualm.network.Recording;
import dev.qualm.network.Tape;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/** One reverse sweep of a tape to the outputs of all layers, and the statistics of what follows from it. */
final class GradientSweep {
    private final Tape tape;
    private final GradientMetrics options;
    private final MetricTargets targets;
    private final List<String> slow = new ArrayList<>();

    GradientSweep(Tape tape, GradientMetrics options, MetricTargets targets) {
        this.tape = tape;
        this.options = options;
        this.targets = targets;
    }

    /** What must be recorded: what enters the layers, and the layers' outputs, where differentiation starts. */
    static Recording recording(Network network, MetricTargets targets) {
        Set<String> taps = new LinkedHashSet<>();
        Set<String> leaves = new LinkedHashSet<>(targets.tensors());
        boolean slow = false;
        for (Parameter p : targets.parameters().values()) {
            slow |= p.derived();
            for (Use use : p.uses()) {
                Needs needs = NodeGradients.needs(use);
                slow |= needs == null;
                if (needs != null) {
                    taps.addAll(needs.values());
                    leaves.addAll(needs.outputs());
                }
            }
        }
        taps.removeAll(network.graph().initializers().keySet());
        if (slow || !targets.batchFirst()) {
            network.inputs().forEach(i -> taps.add(i.name()));
        }
        return new Recording(taps, leaves, Map.of(), false);
    }

    /** Weights that had to be differentiated input by input. */
    List<String> slow() {
        return slow;
    }

    /** One row of columns per input. */
    double[][] values(List<Status> status) {
        Logits logits = Logits.of(tape);
        int n = logits.count();
        double[][] byLogits = new double[n][logits.classes()];
        double[] scales = new double[n];
        for (int i = 0; i < n; i++) {
            status.add(logits.status(i));
            if (status.get(i).isOk()) {
                double[] g = options.loss().gradient(logits.values()[i]);
                scales[i] = Arrays.stream(g).map(Math::abs).max().orElse(0);
                for (int k = 0; k < g.length; k++) {
                    byLogits[i][k] = scales[i] == 0 ? 0 : g[k] / scales[i];
                }
            }
        }
        double[][] values = new double[n][];
        ParameterMoments collector =
                new ParameterMoments(options.transform(), MetricValues.powers(options.metrics()), scales);
        try (NativeScope scope = NativeScope.values()) {
            Map<String, Moments[]> moments = moments(logits.cotangent(byLogits), collector, n);
            for (int i = 0; i < n; i++) {
                values[i] = row(moments, i, factor(scales[i]), status);
            }
        }
        return values;
    }

    /** From collected statistics to true ones: the power of the scale that the transform leaves. */
    private double factor(double scale) {
        if (options.transform() instanceof GradientTransform.Custom) {
            return 1;
        }
        return options.transform() instanceof GradientTransform.Square ? scale * scale : scale;
    }

    private double[] row(Map<String, Moments[]> moments, int i, double factor, List<Status> status) {
        double[] row = new double[targets.groups().size() * MetricValues.width(options.metrics())];
        int at = 0;
        boolean finite = true;
        for (Group g : targets.groups()) {
            Moments all = new Moments(MetricValues.powers(options.metrics()));
            for (List<String> names : List.of(g.parameters(), g.tensors())) {
                for (String name : names) {
                    Moments[] found = moments.get(name);
                    if (found != null) {
                        all.add(found[i]);
                    }
                }
            }
            finite &= Double.isFinite(all.mean());
            at = MetricValues.write(options.metrics(), all, factor, row, at);
        }
        if (!status.get(i).isOk()) {
            Arrays.fill(row, Double.NaN);
        } else if (!finite) {
            status.set(i, Status.nonFinite("a gradient is NaN or infinite"));
        }
        return row;
    }

    private Map<String, Moments[]> moments(Tensor cotangent, ParameterMoments collector, int n) {
        Set<String> swept = new LinkedHashSet<>(targets.tensors());
        Set<String> seen = new LinkedHashSet<>(targets.tensors());
        for (Parameter p : targets.parameters().values()) {
            for (Use use : p.uses()) {
                Needs needs = NodeGradients.needs(use);
                if (needs != null && !p.derived()) {
                    swept.addAll(needs.outputs());
                    seen.addAll(needs.values());
                }
            }
        }
        seen.addAll(swept);
        seen.removeAll(tape.network().graph().initializers().keySet());
        Map<String, Tensor> gradients = new HashMap<>();
        List<Tensor> found = tape.gradients(
                tape.logits(), cotangent, swept.stream().map(tape::value).toList());
        int at = 0;
        for (String name : swept) {
            gradients.put(name, found.get(at++));
        }
        Map<String, Moments[]> moments = new HashMap<>();
        List<Parameter> left = new ArrayList<>();
        try (Recorded recorded = new Recorded(tape, n, BatchAxes.of(tape, seen, n, targets.batchFirst()), gradients)) {
            for (Parameter p : targets.parameters().values()) {
                Moments[] m;
                try (NativeScope scope = NativeScope.values()) {
                    m = collector.of(p, recorded);
                }
                if (m == null) {
                    left.add(p);
                    slow.add(p.name());
                } else {
                    moments.put(p.name(), m);
                }
            }
            for (String name : targets.tensors()) {
                moments.put(name, ofTensor(recorded, name, collector));
            }
        }
        if (!left.isEmpty()) {
            moments.putAll(SingleSweeps.of(tape, cotangent, left, collector, n));
        }
        return moments;
    }

    private Moments[] ofTensor(Recorded recorded, String name, ParameterMoments collector) {
        BatchAxis axis = recorded.axis(name);
        int n = recorded.count();
        Tensor g = recorded.gradient(name);
        if (axis == null && g.dim() > 0 && (n == 1 || g.size(0) == n)) {
            axis = new BatchAxis(0, n == 1 ? (int) g.size(0) : 1, true);
        }
        if (axis == null) {
            throw new UnsupportedModelException("The gradient at '" + name + "' cannot be told apart by input: its"
                    + " tensor has shape " + Arrays.toString(Tensors.shape(g)) + " for " + n
                    + " inputs; choose another activation");
        }
        Tensor rows = axis.perInput(g);
        long[] dims = Tensors.dims(rows);
        int skip = axis.repeats() == 1 ? 2 : 1;
        int[] shape = Arrays.stream(Arrays.copyOfRange(dims, skip, dims.length))
                .mapToInt(Math::toIntExact)
                .toArray();
        Moments[] moments = collector.empty(n);
        collector.rows(rows.reshape(n, -1), 0, shape, moments);
        return moments;
    }
}
