package dev.qualm.attack;

import dev.qualm.ShapeException;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.data.OutputKind;
import dev.qualm.network.Network;
import dev.qualm.network.Structure;
import dev.qualm.network.Sweep;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;

/** {@link Logits} of a few inputs, and gradients of anything made of them by the inputs. */
final class LossSweep extends Logits implements AutoCloseable {
    private final Network network;
    private final Sweep sweep;
    private final Array raw;

    private LossSweep(Network network, Sweep sweep, Array raw) {
        super(network.asLogits(raw));
        this.network = network;
        this.sweep = sweep;
        this.raw = raw;
    }

    /**
     * Runs the network.
     *
     * @param values row-major entries of the inputs
     * @param shape {@code [n, ...]}
     */
    static LossSweep of(Network network, double[] values, int[] shape) {
        Structure structure = network.structure();
        if (structure.kind() == OutputKind.OTHER
                || !structure.differentiable().equals(network.input().name())) {
            throw new UnsupportedModelException(
                    "An attack needs a classifier with one input of floating numbers, but found inputs "
                            + network.inputs() + " and an output of kind " + structure.kind());
        }
        Sweep sweep = Sweep.of(network, array(network, values, shape));
        try {
            LossSweep made = new LossSweep(network, sweep, raw(sweep));
            if (made.classes() < 2 || !sweep.connected()) {
                throw new UnsupportedModelException(
                        "An attack needs at least 2 classes and logits that can be differentiated"
                                + " by the input, but found " + made.classes() + " classes and "
                                + (sweep.connected() ? "" : "no ") + "path to the input");
            }
            return made;
        } catch (RuntimeException e) {
            sweep.close();
            throw e;
        }
    }

    private static Array raw(Sweep sweep) {
        try (NativeScope scope = NativeScope.values()) {
            return Tensors.toArray(sweep.logits());
        }
    }

    /** The entries as the network's precision holds them. */
    static Array array(Network network, double[] values, int[] shape) {
        Array exact = Array.of(values, shape);
        return network.precision() == Precision.FLOAT64 ? exact : exact.asFloat32();
    }

    /** The value the network sees in place of {@code x}. */
    static double rounded(Network network, double x) {
        return network.precision() == Precision.FLOAT64 ? x : (float) x;
    }

    static void requireLabels(Array batch, int[] labels) {
        if (batch.rank() == 0 || labels.length != batch.dim(0)) {
            throw new ShapeException(
                    "Expected one label per input, but found " + labels.length + " labels for " + batch);
        }
    }

    /** Gradient of {@code sum(cotangent * logits)} by the inputs, row-major. Costs a pass. */
    double[] gradient(double[] cotangent) {
        double[] byRaw = cotangent;
        Structure structure = network.structure();
        if (!structure.trueLogits() && structure.kind() == OutputKind.PROBABILITIES) {
            // The logits are logarithms of what the graph holds.
            byRaw = cotangent.clone();
            for (int j = 0; j < byRaw.length; j++) {
                byRaw[j] = byRaw[j] == 0 ? 0 : byRaw[j] / raw.get(j);
            }
        }
        return sweep.gradient(Array.of(byRaw, raw.shape())).toDoubles();
    }

    @Override
    public void close() {
        sweep.close();
    }
}
