package dev.qualm.gradient;

import dev.qualm.array.Array;
import dev.qualm.gradient.Parameters.Parameter;
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

/**
 * The slow way that is right for every weight: each input runs alone, with the weights recorded, and is swept back. For weights
 * whose operators, or the layout of whose tensors, have no per-sample form.
 */
final class SingleSweeps {
    private SingleSweeps() {}

    /**
     * Collects moments.
     *
     * @param tape holds the network's inputs
     * @param cotangents by logits, {@code [n, classes]}
     * @return moments per weight and input
     */
    static Map<String, Moments[]> of(
            Tape tape, Tensor cotangents, List<Parameter> parameters, ParameterMoments collector, int count) {
        Map<String, Moments[]> all = new LinkedHashMap<>();
        parameters.forEach(p -> all.put(p.name(), collector.empty(count)));
        Network network = tape.network();
        try (NativeScope outer = NativeScope.values()) {
            Map<String, Tensor> leaves = new LinkedHashMap<>();
            for (Parameter p : parameters) {
                Array weight = network.graph().initializers().get(p.name());
                if (weight == null) {
                    throw new IllegalStateException("Weight '" + p.name() + "' is gone");
                }
                leaves.put(p.name(), Tensors.of(weight, network.precision()).set_requires_grad(true));
            }
            for (int i = 0; i < count; i++) {
                try (NativeScope scope = NativeScope.values();
                        Tape single =
                                Tape.recordTensors(network, BatchAxes.feeds(tape, i), Recording.ofWeights(leaves))) {
                    List<Tensor> gradients = single.gradients(
                            single.logits(), cotangents.narrow(0, i, 1), new ArrayList<>(leaves.values()));
                    int at = 0;
                    for (Parameter p : parameters) {
                        Moments[] moments = all.get(p.name());
                        if (moments != null) {
                            collector.rows(gradients.get(at++).reshape(1, -1), i, p.shape(), moments);
                        }
                    }
                }
            }
        }
        return all;
    }
}
