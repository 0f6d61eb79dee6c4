package dev.qualm.training;

import dev.qualm.array.Array;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.Graph;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/** The weights and running statistics of a network while they are being learnt, apart from the network's own. */
final class LearntWeights {
    private final Map<String, Tensor> all = new LinkedHashMap<>();
    private final Map<String, Tensor> learnt = new LinkedHashMap<>();
    private final WeightRoles roles;

    /** Lives in the caller's open scope. */
    LearntWeights(Graph graph, WeightRoles roles) {
        this.roles = roles;
        roles.decayed().forEach(w -> learnt.put(w, leaf(graph, w, true)));
        roles.plain().forEach(w -> learnt.put(w, leaf(graph, w, true)));
        roles.statistics().forEach(w -> leaf(graph, w, false));
    }

    private Tensor leaf(Graph graph, String name, boolean requiresGradient) {
        Array first = Objects.requireNonNull(graph.initializers().get(name));
        Tensor t = Tensors.of(first, Precision.FLOAT32);
        t = first.rank() == 4 ? t.contiguous(MemoryFormat.ChannelsLast) : t;
        t = t.set_requires_grad(requiresGradient);
        all.put(name, t);
        return t;
    }

    /** All, by name. */
    Map<String, Tensor> all() {
        return Collections.unmodifiableMap(all);
    }

    /** Those that gradients move, by name. */
    Map<String, Tensor> learnt() {
        return Collections.unmodifiableMap(learnt);
    }

    /** Names of those that decay. */
    Set<String> decayed() {
        return roles.decayed();
    }

    /**
     * The same weights, for a run whose running statistics are not kept.
     *
     * @param detached whether the weights are constants in it
     */
    Map<String, Tensor> aside(boolean detached) {
        Map<String, Tensor> out = new LinkedHashMap<>(all);
        out.replaceAll((name, t) -> roles.statistics().contains(name) ? t.clone() : t);
        if (detached) {
            learnt.forEach((name, t) -> out.put(name, t.detach()));
        }
        return out;
    }

    /** Copies of all. */
    Map<String, Array> arrays() {
        Map<String, Array> out = new LinkedHashMap<>();
        all.forEach((name, t) -> out.put(name, Tensors.toArray(t)));
        return out;
    }

    /**
     * Copies of all.
     *
     * @throws TrainingException if one of them is not finite
     */
    Map<String, Array> finiteArrays() {
        Map<String, Array> out = arrays();
        out.forEach((name, a) -> {
            for (int i = 0; i < a.size(); i++) {
                if (!Double.isFinite(a.get(i))) {
                    throw new TrainingException("Training diverged at its end: weight '" + name + "' holds " + a.get(i)
                            + ". Lower the learning rate.");
                }
            }
        });
        return out;
    }

    /** Takes back what {@link #arrays} gave. */
    void restore(Map<String, Array> arrays) {
        if (!arrays.keySet().equals(all.keySet())) {
            throw new TrainingException("Expected the weights " + all.keySet() + ", but found " + arrays.keySet());
        }
        all.forEach((name, t) -> WeightSteps.copy(Objects.requireNonNull(arrays.get(name)), t, name));
    }
}
