package dev.qualm.attribution;

import dev.qualm.Provenance;
import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Conductance of hidden units (Dhamdhere, Sundararajan, Yan 2018, arXiv 1805.12233): how much of the output's change between a baseline
 * and the input flows through each unit, here as the line integral of the gradient over the unit's activation (Shrikumar, Su, Kundaje
 * 2018, arXiv 1807.09946). The units of a layer that cuts the network sum to the change of the output.
 *
 * <p>All layers come from one path. Costs two forward passes per point of the path (forward and back) and one more for the logits. Layers
 * from which the logits are affine need no path: if only such layers are asked for, by their logit, the two ends are enough and it costs
 * five, whatever the rule and the path. What is done once per call is not counted: the baseline's logits, and a first pass for shapes.
 *
 * @param layers names of tensors, or empty for the outputs of all activation functions
 * @param rule how steps are summed
 * @param path the points, increasing; weights are not used, the change of the activation is the weight
 * @param positions what becomes of a feature map's positions
 * @param baseline where the path begins
 */
public record LayerConductance(
        List<String> layers, PathRule rule, Quadrature path, Positions positions, Baseline baseline) {

    /** What becomes of the positions of a feature map. */
    public enum Positions {
        /** The mean: parity with the published detector; not complete. */
        MEAN,
        /** The sum: complete. */
        SUM,
        /** All are kept. */
        EACH
    }

    /**
     * Conductance of {@code n} inputs.
     *
     * @param layers by name: {@code [n, channels]}, or the tensor's own shape if positions are kept
     * @param closedForm layers that needed no path
     * @param residuals by layer and input: the sum over all units minus the change of the output; an error of the path for layers that
     *     cut the network, for others what bypasses them
     * @param classes that were explained, {@code [n]}
     * @param status one per input; a zero gradient if all units of all layers have none
     * @param passes cost per input in forward passes
     */
    public record Result(
            Map<String, Array> layers,
            List<String> closedForm,
            Map<String, double[]> residuals,
            int[] classes,
            List<Status> status,
            double passes,
            Provenance provenance) {
        public Result {
            layers = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(layers));
            residuals = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(residuals));
            closedForm = List.copyOf(closedForm);
            status = List.copyOf(status);
        }
    }

    public LayerConductance {
        layers = List.copyOf(layers);
    }

    /** All activations, trapezoid of 20 steps from zero, positions summed. */
    public static LayerConductance defaults() {
        return new LayerConductance(
                List.of(), PathRule.TRAPEZOID, Quadrature.trapezoid(20), Positions.SUM, Baseline.zero());
    }

    /** As published with the detector of Wu, Michel, Briot 2019 (arXiv 1910.00387): right ends of 10 steps, mean over positions. */
    public static LayerConductance reference() {
        return new LayerConductance(
                List.of(), PathRule.RIGHT, Quadrature.trapezoid(10), Positions.MEAN, Baseline.zero());
    }

    /**
     * As Captum's LayerConductance of {@code steps} Gauss-Legendre steps: left ends, the ends of the path missing. Of layers that need no path
     * alone it gives the exact values, which are not Captum's; with any other layer beside them, Captum's.
     */
    public static LayerConductance captum(int steps) {
        return new LayerConductance(
                List.of(), PathRule.LEFT, Quadrature.gaussLegendre(steps + 1), Positions.SUM, Baseline.zero());
    }

    /** The same of other layers. */
    public LayerConductance of(String... tensors) {
        return new LayerConductance(List.of(tensors), rule, path, positions, baseline);
    }

    /** The same with other points. */
    public LayerConductance along(Quadrature points) {
        return new LayerConductance(layers, rule, points, positions, baseline);
    }

    /** The same with another treatment of positions. */
    public LayerConductance with(Positions other) {
        return new LayerConductance(layers, rule, path, other, baseline);
    }

    /** On one network. Close what it returns. */
    public ConductanceExplainer on(Network network, Target target) {
        return new ConductanceExplainer(this, network, target);
    }

    /** Conductance of a batch by each input's predicted class's logit, in one call. */
    public Result of(Network network, Array batch) {
        try (ConductanceExplainer explainer = on(network, Target.logit())) {
            return explainer.explain(batch, Explainer.predicted(batch.dim(0)));
        }
    }

    Provenance provenance(Target target, double passes) {
        return Provenance.of("layer-conductance")
                .with("layers", layers.isEmpty() ? "activations" : layers)
                .with("rule", rule.label())
                .with("path", path)
                .with("positions", positions.name().toLowerCase(java.util.Locale.ROOT))
                .with("baseline", baseline)
                .with("target", target.quantity().label())
                .with("passes", passes);
    }

    /** Names of the layers on a network. */
    List<String> layers(Network network) {
        if (!layers.isEmpty()) {
            return layers;
        }
        List<String> found = new ArrayList<>(network.structure().activations());
        found.remove(network.structure().output());
        return found;
    }
}
