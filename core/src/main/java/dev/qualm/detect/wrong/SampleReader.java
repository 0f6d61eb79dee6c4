package dev.qualm.detect.wrong;

import dev.qualm.Provenance;
import dev.qualm.Status;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.attribution.ConductanceExplainer;
import dev.qualm.attribution.LayerConductance;
import dev.qualm.attribution.Target;
import dev.qualm.detect.Margin;
import dev.qualm.detect.Msp;
import dev.qualm.detect.Softmax;
import dev.qualm.network.Network;
import dev.qualm.network.onnx.ModelHash;
import dev.qualm.training.ItemHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@link Samples} off a network: predictions, confidence, and the conductance of one layer by the predicted class's logit. Close it;
 * thread-safe.
 */
public final class SampleReader implements AutoCloseable {
    private final Network network;
    private final @Nullable ConductanceExplainer explainer;
    private final String modelHash;
    private final String layer;
    private final Provenance provenance;
    private volatile double passes = Double.NaN;

    private SampleReader(Network network, @Nullable LayerConductance method, String layer) {
        this.network = network;
        this.modelHash = ModelHash.of(network.graph());
        this.layer = layer;
        this.explainer = method == null ? null : method.of(layer).on(network, Target.logit());
        Provenance made = Provenance.of("samples").with("network", network);
        this.provenance = method == null
                ? made
                : made.with("layer", layer)
                        .with("positions", method.positions())
                        .with("rule", method.rule())
                        .with("path", method.path())
                        .with("baseline", method.baseline());
    }

    /** As published: conductance of the last activation before the logits, mean over positions. */
    public static SampleReader of(Network network) {
        return of(network, LayerConductance.reference());
    }

    /**
     * Conductance as given, of its one layer; of the last activation if it names none.
     *
     * @param method its positions are MEAN or SUM
     */
    public static SampleReader of(Network network, LayerConductance method) {
        FitException.require(
                method.positions() != LayerConductance.Positions.EACH,
                "a number for each feature map",
                "(positions MEAN or SUM)",
                method.positions());
        FitException.require(method.layers().size() <= 1, "one layer", "to read", method.layers());
        return new SampleReader(
                network,
                method,
                method.layers().isEmpty()
                        ? lastActivation(network)
                        : method.layers().get(0));
    }

    /** Predictions and confidence only. */
    public static SampleReader withoutConductance(Network network) {
        return new SampleReader(network, null, "");
    }

    /** The output of the last activation function before the logits. */
    public static String lastActivation(Network network) {
        List<String> found = new ArrayList<>(network.structure().activations());
        found.remove(network.structure().output());
        if (found.isEmpty()) {
            throw new UnsupportedModelException("Expected a network with an activation function, whose conductance is"
                    + " read, but found none in " + network + "; name a layer");
        }
        return found.get(found.size() - 1);
    }

    /** Name of the tensor whose conductance is read; empty without conductance. */
    public String layer() {
        return layer;
    }

    /** Reads a batch, {@code [n, ...]}, as the network takes it. */
    public Samples read(Array batch) {
        Array logits = network.logits(batch);
        int n = logits.dim(0);
        int classes = logits.dim(1);
        int[] predictions = new int[n];
        double[] msp = new double[n];
        double[] margin = new double[n];
        List<Status> status = new ArrayList<>();
        double[] all = logits.toDoubles();
        for (int i = 0; i < n; i++) {
            double[] row = Arrays.copyOfRange(all, i * classes, (i + 1) * classes);
            boolean finite = Rows.finite(row);
            status.add(finite ? Status.OK : Status.nonFinite("the logits are not finite"));
            predictions[i] = finite ? Softmax.argmax(row) : -1;
            msp[i] = finite ? Msp.of(row) : Double.NaN;
            margin[i] = finite ? Margin.of(row) : Double.NaN;
        }
        double[][] rows = null;
        double cost = 1;
        if (explainer != null) {
            LayerConductance.Result found = explainer.explain(batch, predictions(predictions));
            rows = rows(found, predictions);
            cost += found.passes();
            for (int i = 0; i < n; i++) {
                status.set(i, status.get(i).isOk() ? found.status().get(i) : status.get(i));
            }
        }
        passes = cost;
        return new Samples(
                modelHash,
                ItemHash.each(batch),
                predictions,
                rows,
                null,
                msp,
                margin,
                status,
                cost,
                provenance.with("passes", cost));
    }

    /** Classes to explain; an item without prediction is explained by class 0, and its row is not used. */
    private static int[] predictions(int[] predictions) {
        return Arrays.stream(predictions).map(p -> Math.max(0, p)).toArray();
    }

    private double[][] rows(LayerConductance.Result found, int[] predictions) {
        Array values = java.util.Objects.requireNonNull(found.layers().get(layer));
        int n = values.dim(0);
        int maps = values.size() / n;
        double[] all = values.toDoubles();
        double[][] rows = new double[n][];
        for (int i = 0; i < n; i++) {
            rows[i] = Arrays.copyOfRange(all, i * maps, (i + 1) * maps);
            if (predictions[i] < 0) {
                Arrays.fill(rows[i], Double.NaN);
            }
        }
        return rows;
    }

    /** What a batch cost in forward passes an input, predictions included; NaN before the first, which tells whether a path is needed. */
    public double passes() {
        return passes;
    }

    @Override
    public void close() {
        if (explainer != null) {
            explainer.close();
        }
    }
}
