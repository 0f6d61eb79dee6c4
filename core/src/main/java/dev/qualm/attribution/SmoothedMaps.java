package dev.qualm.attribution;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.View;
import dev.qualm.network.Views;
import java.util.Map;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A method on a network whose Relu are softplus of any sharpness beta (Dombrowski et al. 2019, section 3.3); infinite beta is the
 * network as it is. One compilation serves all betas. Close it.
 */
public final class SmoothedMaps implements DoubleFunction<DifferentiableMaps>, AutoCloseable {
    private static final String BETA = "qualm.beta";

    private final Attribution method;
    private final Network network;
    private final Target target;
    private final @Nullable View pooling;
    private @Nullable Explainer plain;
    private @Nullable Network smooth;
    private @Nullable Explainer smoothed;

    private SmoothedMaps(Attribution method, Network network, Target target, @Nullable View pooling) {
        this.method = method;
        this.network = network;
        this.target = target;
        this.pooling = pooling;
    }

    /** The method on a network, which must stay open. */
    public static SmoothedMaps of(Attribution method, Network network, Target target) {
        return new SmoothedMaps(method, network, target, null);
    }

    /**
     * As {@link #of(Attribution, Network, Target)}, with max-pooling smoothed as well, wherever Relu are.
     *
     * @param poolBeta sharpness of the log-sum-exp in place of the maximum
     */
    public static SmoothedMaps of(Attribution method, Network network, Target target, double poolBeta) {
        return new SmoothedMaps(method, network, target, Views.smoothMaxPool(poolBeta));
    }

    /**
     * The method's maps at a sharpness.
     *
     * @throws dev.qualm.UnsupportedModelException if the method has no derivative
     */
    @Override
    public DifferentiableMaps apply(double beta) {
        Explainer at = at(beta);
        if (at instanceof DifferentiableMaps maps) {
            return maps;
        }
        throw new dev.qualm.UnsupportedModelException(
                "Maps of " + method.name() + " cannot be differentiated; expected a method of reverse passes");
    }

    /** The method at a sharpness; belongs to this object, do not close it. */
    public synchronized Explainer at(double beta) {
        if (!(beta > 0)) {
            throw new IllegalArgumentException("Expected a positive beta, but found " + beta);
        }
        if (Double.isInfinite(beta)) {
            if (plain == null) {
                plain = method.on(network, target);
            }
            return plain;
        }
        if (smooth == null || smoothed == null) {
            // Asked of the deployed network: on the smoothed one, whose beta is a further input, other methods fail for
            // less reason.
            Explainer deployed = at(Double.POSITIVE_INFINITY);
            if (!(deployed instanceof GraphExplainer || deployed instanceof AveragedMaps)) {
                throw unsmoothable();
            }
            View view = Views.softplus(BETA);
            smooth = network.with(pooling == null ? view : view.then(pooling));
            smoothed = method.on(smooth, target);
        }
        Map<String, Array> further = Map.of(BETA, Array.of(new double[] {beta}));
        if (smoothed instanceof GraphExplainer e) {
            return e.with(further);
        }
        if (smoothed instanceof AveragedMaps e) {
            return e.with(further);
        }
        throw unsmoothable();
    }

    private dev.qualm.UnsupportedModelException unsmoothable() {
        return new dev.qualm.UnsupportedModelException(
                "Method " + method.name() + " cannot be smoothed; expected a method of reverse passes");
    }

    /** Logits of the smoothed network minus those of the network itself, {@code [n][classes]}: what smoothing costs in fidelity. */
    public double[][] gap(Array batch, double beta) {
        double[][] plainLogits = Results.rows(network.logits(batch));
        int[] classes = Explainer.predicted(batch.dim(0));
        double[][] gap = at(beta).explain(batch, classes).logits();
        for (int i = 0; i < gap.length; i++) {
            for (int k = 0; k < gap[i].length; k++) {
                gap[i][k] -= plainLogits[i][k];
            }
        }
        return gap;
    }

    @Override
    public synchronized void close() {
        if (plain != null) {
            plain.close();
        }
        if (smoothed != null) {
            smoothed.close();
        }
        if (smooth != null) {
            smooth.close();
        }
    }
}
