package dev.qualm.gradient;

import dev.qualm.Provenance;
import dev.qualm.ShapeException;
import dev.qualm.Status;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.Recording;
import dev.qualm.network.Tape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Statistics of per-sample gradients (Oberdiek, Rottmann, Gottschalk 2018): for each input of a batch, how the loss of that input
 * alone would pull at the weights. With the loss {@link Loss#pseudoLabelCrossEntropy()} large values mean doubt; with {@link
 * Loss#klToUniform()} they mean confidence.
 *
 * <p>Costs one forward pass and one reverse sweep for the whole batch, and the weight gradients of convolutions, which are formed
 * for each input; those of linear layers are not. No batch mate changes a value.
 *
 * @param metrics columns per target, in this order
 * @param targets whose gradients
 * @param loss of which function of the logits
 * @param transform what happens to gradients before their statistics
 */
/*
 * GradientSweep does the work. Statistics are in double throughout, centred, so that constant gradients have deviation zero and
 * small p-th powers do not vanish; the authors' float accumulators return NaN and 0 there.
 */
public record GradientMetrics(List<Metric> metrics, Targets targets, Loss loss, GradientTransform transform) {
    public GradientMetrics {
        metrics = List.copyOf(metrics);
        if (metrics.isEmpty()) {
            throw new IllegalArgumentException("Expected at least one metric, but found none");
        }
    }

    public GradientMetrics(List<Metric> metrics, Targets targets, Loss loss) {
        this(metrics, targets, loss, GradientTransform.none());
    }

    /**
     * The metrics of a batch of {@code n} inputs.
     *
     * @param values {@code [n][columns]}; NaN where the network returned no finite logits
     * @param columns names, {@code <target>.<metric>}
     * @param status one per input
     */
    public record Result(double[][] values, List<String> columns, List<Status> status, Provenance provenance) {
        public Result {
            columns = List.copyOf(columns);
            status = List.copyOf(status);
        }

        /** Values of one column, {@code [n]}. */
        public double[] column(String name) {
            int c = columns.indexOf(name);
            if (c < 0) {
                throw new ShapeException("There is no column '" + name + "'; there are " + columns);
            }
            double[] out = new double[values.length];
            for (int i = 0; i < out.length; i++) {
                out[i] = values[i][c];
            }
            return out;
        }
    }

    /** Max, min, mean, deviation and the norms 1 and 2 over the whole network, pseudo-label cross-entropy. */
    public static GradientMetrics defaults() {
        return new GradientMetrics(Metric.standard(), Targets.wholeNetwork(), Loss.pseudoLabelCrossEntropy());
    }

    public GradientMetrics withMetrics(List<Metric> newMetrics) {
        return new GradientMetrics(newMetrics, targets, loss, transform);
    }

    public GradientMetrics withTargets(Targets newTargets) {
        return new GradientMetrics(metrics, newTargets, loss, transform);
    }

    public GradientMetrics withLoss(Loss newLoss) {
        return new GradientMetrics(metrics, targets, newLoss, transform);
    }

    public GradientMetrics withTransform(GradientTransform newTransform) {
        return new GradientMetrics(metrics, targets, loss, newTransform);
    }

    /**
     * What a tape must keep for {@link #of(Tape)}.
     *
     * @throws UnsupportedModelException if a target is not in the network, or the loss needs logits that it does not have
     */
    public Recording recording(Network network) {
        return GradientSweep.recording(network, resolved(network));
    }

    private MetricTargets resolved(Network network) {
        if (loss instanceof Loss.AllOnes && !network.structure().trueLogits()) {
            throw new UnsupportedModelException(
                    "The loss allOnes depends on the absolute height of the logits, but this network ends in probabilities '"
                            + network.structure().logits() + "', which tell logits only up to a shift;"
                            + " use pseudoLabelCrossEntropy or klToUniform, or name an output with logits");
        }
        return MetricTargets.of(network, targets);
    }

    /** Names of the columns, {@code <target>.<metric>}. */
    public List<String> columns(Network network) {
        return columns(MetricTargets.of(network, targets));
    }

    private List<String> columns(MetricTargets resolved) {
        List<String> columns = new ArrayList<>();
        for (MetricTargets.Group g : resolved.groups()) {
            metrics.forEach(m -> m.columns().forEach(c -> columns.add(g.name() + "." + c)));
        }
        return columns;
    }

    /**
     * Metrics of a recorded micro-batch.
     *
     * @param tape recorded with at least {@link #recording}
     */
    public Result of(Tape tape) {
        return of(tape, resolved(tape.network()));
    }

    private Result of(Tape tape, MetricTargets resolved) {
        List<Status> status = new ArrayList<>();
        if (tape.logits().size(0) == 0) {
            return new Result(new double[0][], columns(resolved), status, provenance(tape.network(), List.of()));
        }
        GradientSweep sweep = new GradientSweep(tape, this, resolved);
        double[][] values = sweep.values(status);
        return new Result(values, columns(resolved), status, provenance(tape.network(), sweep.slow()));
    }

    /**
     * Metrics of a batch, cut into micro-batches.
     *
     * @param batch inputs, {@code [n, ...]}
     */
    public Result of(Network network, Array batch) {
        return of(network, Map.of(network.input().name(), batch));
    }

    /** As {@link #of(Network, Array)} for networks with several inputs. */
    public Result of(Network network, Map<String, Array> batch) {
        MetricTargets resolved = resolved(network);
        Recording recording = GradientSweep.recording(network, resolved);
        List<double[]> values = new ArrayList<>();
        List<Status> status = new ArrayList<>();
        Provenance provenance = provenance(network, List.of());
        for (Map<String, Array> part : Batches.cut(network, batch, Integer.MAX_VALUE)) {
            try (Tape tape = Tape.record(network, part, recording)) {
                Result result = of(tape, resolved);
                values.addAll(List.of(result.values));
                status.addAll(result.status);
                provenance = result.provenance;
            }
        }
        return new Result(values.toArray(double[][]::new), columns(resolved), status, provenance);
    }

    private Provenance provenance(Network network, List<String> slow) {
        Provenance p = Provenance.of("gradient metrics")
                .with("metrics", metrics)
                .with("targets", targets)
                .with("loss", loss)
                .with("transform", transform)
                .with("precision", network.precision());
        p = Logits.noted(p, network);
        return slow.isEmpty() ? p : p.with("input by input", slow);
    }
}
