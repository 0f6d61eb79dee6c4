package dev.qualm.network;

import dev.qualm.network.engine.NativeScope;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** One run of a forward pass with all that its reverse passes read. Belongs to the thread that made it. */
final class KeptPass implements AutoCloseable {
    private final GradientPlans plans;
    private final Map<String, Tensor> kept = new LinkedHashMap<>();
    private @Nullable TangentPlan tangents;

    private KeptPass(GradientPlans plans) {
        this.plans = plans;
    }

    static KeptPass run(GradientPlans plans, Map<String, Tensor> feeds) {
        return run(plans, feeds, 1);
    }

    /** As {@link #run(GradientPlans, Map)} of one item, whose results are then read as those of {@code times} equal items. */
    static KeptPass run(GradientPlans plans, Map<String, Tensor> feeds, int times) {
        KeptPass pass = new KeptPass(plans);
        PassCount.forwardTensors(feeds);
        try (NativeScope scope = NativeScope.values()) {
            Plan.Values values = plans.forward().run(feeds, Map.of(), Set.of(), UnaryOperator.identity());
            for (String name : plans.wanted()) {
                Tensor t = values.get(name);
                pass.keep(name, times == 1 ? t : pass.repeated(name, t, times));
            }
            plans.locals()
                    .forEach(l -> l.node()
                            .record(pass::value, l.names().leaves(), l.names().results(), pass::keep));
            return pass;
        } catch (RuntimeException e) {
            pass.close();
            throw e;
        }
    }

    /** Without a copy: the items share their memory. Only float tensors have a batch axis that is known. */
    private Tensor repeated(String name, Tensor t, int times) {
        int[] shape = plans.shapes().get(name);
        if (shape == null || shape.length == 0 || t.dim() == 0 || shape[0] == 1 || t.size(0) != 1) {
            return t;
        }
        long[] dims = dev.qualm.network.engine.Tensors.dims(t);
        dims[0] = times;
        return t.expand(dims);
    }

    private void keep(String name, Tensor t) {
        t.retainReference();
        kept.put(name, t);
    }

    /** A kept tensor. It belongs to the pass. */
    Tensor value(String name) {
        Tensor t = kept.get(name);
        if (t == null) {
            throw new IllegalStateException("Tensor '" + name + "' was not kept, or the pass is closed");
        }
        return t;
    }

    /** The gradient at the leaf, in the open scope; outputs without a cotangent have none. */
    Tensor gradient(Map<String, Tensor> cotangents) {
        try (NativeScope scope = NativeScope.values()) {
            Map<String, Tensor> feeds = new LinkedHashMap<>(kept);
            plans.cotangents().forEach((output, name) -> {
                Tensor u = cotangents.get(output);
                feeds.put(name, u != null ? u : org.bytedeco.pytorch.global.torch.zeros_like(value(output)));
            });
            PassCount.sweep(cotangents.values().iterator().next());
            Tensor g = plans.reverse()
                    .run(feeds, Map.of(), Set.of(), UnaryOperator.identity())
                    .get(plans.gradient());
            return scope.keep(g);
        }
    }

    /** The derivative of the first output along a direction of the leaf, in the open scope; null if it cannot be written down. */
    @Nullable
    Tensor tangent(Tensor direction) {
        if (tangents == null) {
            tangents = plans.tangents().get(plans.wanted());
            if (tangents == null) {
                return null;
            }
            tangents.locals()
                    .forEach(l -> l.node()
                            .recordProducts(
                                    this::value, l.names().products(), l.names().cotangent(), this::keep));
        }
        try (NativeScope scope = NativeScope.values()) {
            Map<String, Tensor> feeds = new LinkedHashMap<>(kept);
            feeds.put(tangents.direction(), direction);
            return scope.keep(tangents.plan()
                    .run(feeds, Map.of(), Set.of(), UnaryOperator.identity())
                    .get(tangents.tangent()));
        }
    }

    /** Frees what was kept. */
    @Override
    public void close() {
        kept.values().forEach(Tensor::releaseReference);
        kept.clear();
    }
}
