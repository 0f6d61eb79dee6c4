package dev.qualm.detect.fitted;

import dev.qualm.array.Array;
import dev.qualm.attribution.ConductanceExplainer;
import dev.qualm.attribution.LayerConductance;
import dev.qualm.attribution.PathRule;
import dev.qualm.attribution.Quadrature;
import dev.qualm.attribution.Target;
import dev.qualm.detect.Evidence;
import dev.qualm.detect.Score;
import dev.qualm.detect.Work;
import dev.qualm.detect.wrong.SampleReader;
import dev.qualm.network.Network;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The conductance of each feature map of a layer for the logit of the predicted class, mean over positions, from zero in the network's space
 * (Dhamdhere, Sundararajan, Yan 2018; right ends of the steps and mean as Wu, Michel, Briot 2019).
 *
 * @param layer name of a tensor, or {@link #LAST}
 * @param steps of the path; of a layer from which the logits are affine, one step is exact
 */
record MapConductance(String layer, int steps) implements Quantity {
    /** The output of the last activation function before the logits. */
    static final String LAST = "last";

    @Override
    public String name() {
        return "conductance of " + layer + " in " + steps + " steps";
    }

    /** Both ends of the path and the points between them, each forward and back. */
    @Override
    public List<Work> work(int classes) {
        return List.of(new Work(name(), Score.Source.ATTRIBUTION, steps + 1.0, steps + 1.0, 0));
    }

    @Override
    public @Nullable String refusal(Network network) {
        if (network.inputs().size() != 1 || !network.input().type().isFloating()) {
            return "it follows a line to the input, which must be the only one and float";
        }
        if (layer.equals(LAST)) {
            return new Layers(Layers.ACTIVATIONS).refusal(network);
        }
        return new Layers(layer).refusal(network);
    }

    @Override
    public Rows read(Evidence evidence) {
        int n = evidence.size();
        Network network = evidence.network();
        String tensor = layer.equals(LAST) ? SampleReader.lastActivation(network) : layer;
        // What is compiled for a network serves all batches.
        ConductanceExplainer explainer = evidence.shared()
                .get(this, ConductanceExplainer.class, () -> method(tensor).on(network, Target.logit()));
        LayerConductance.Result found =
                explainer.explain(evidence.onlyInput(), evidence.predictions(), logits(evidence));
        Array maps = java.util.Objects.requireNonNull(found.layers().get(tensor));
        double[][] values = Quantity.items(tensor, maps, n);
        for (int i = 0; i < n; i++) {
            if (!Vectors.finite(evidence.logits()[i])) {
                java.util.Arrays.fill(values[i], Double.NaN);
            }
        }
        return new Rows(values, new int[] {n == 0 ? 0 : values[0].length});
    }

    private LayerConductance method(String tensor) {
        return new LayerConductance(
                List.of(tensor),
                PathRule.RIGHT,
                Quadrature.trapezoid(steps),
                LayerConductance.Positions.MEAN,
                LayerConductance.reference().baseline());
    }

    private static Array logits(Evidence evidence) {
        double[][] z = evidence.logits();
        double[] flat = java.util.Arrays.stream(z)
                .flatMapToDouble(java.util.Arrays::stream)
                .toArray();
        return Array.of(flat, z.length, flat.length / z.length);
    }
}
