package dev.qualm.network;

import dev.qualm.array.Array;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The logits of one batch and, for any number of cotangents, their gradient at the network's input: what a {@link Tape} of the input
 * gives, to first order only and without its record, so faster. Also the other way about: derivatives of the logits along directions
 * of the input.
 *
 * <p>The gradient is that at {@link Structure#differentiable()}. Belongs to the thread that made it.
 */
public final class Sweep implements AutoCloseable {
    private final Network network;
    private final @Nullable GradientPlans plans;
    private final @Nullable Tape tape;
    private final Map<String, Array> inputs;
    private final Map<String, Tensor> kept = new LinkedHashMap<>();
    private @Nullable TangentPlan tangents;
    private @Nullable TapeTangents slowTangents;
    private boolean closed;

    private Sweep(Network network, Map<String, Array> inputs, @Nullable GradientPlans plans, @Nullable Tape tape) {
        this.network = network;
        this.inputs = inputs;
        this.plans = plans;
        this.tape = tape;
    }

    /** Runs the network on one batch, whole. */
    public static Sweep of(Network network, Map<String, Array> feeds) {
        Map<String, Array> checked = network.checked(feeds);
        network.begin();
        GradientPlans plans;
        try {
            plans = network.gradientPlans(checked);
            if (plans == null) {
                Tape tape = Tape.record(network, feeds, Recording.ofInput(network));
                return new Sweep(network, feeds, null, tape);
            }
        } catch (RuntimeException e) {
            network.end();
            throw e;
        }
        Sweep sweep = new Sweep(network, feeds, plans, null);
        try (NativeScope scope = NativeScope.values()) {
            Plan.Values values =
                    plans.forward().run(network.tensors(checked), Map.of(), Set.of(), UnaryOperator.identity());
            for (String name : plans.wanted()) {
                sweep.keep(name, values.get(name));
            }
            plans.locals().forEach(l -> l.record(sweep::kept, sweep::keep));
            return sweep;
        } catch (RuntimeException e) {
            sweep.close();
            throw e;
        }
    }

    private void keep(String name, Tensor t) {
        t.retainReference();
        kept.put(name, t);
    }

    /** As {@link #of(Network, Map)} for the only input. */
    public static Sweep of(Network network, Array batch) {
        return of(network, Map.of(network.input().name(), batch));
    }

    public Network network() {
        return network;
    }

    /** The tensor that gradients are taken by, {@link Structure#differentiable()}. Belongs to the sweep. */
    public Tensor input() {
        String leaf = network.structure().differentiable();
        return tape != null ? tape.value(leaf) : kept(leaf);
    }

    /** Whether the logits depend on that tensor in a way that can be differentiated. */
    public boolean connected() {
        return tape == null || tape.logits().requires_grad();
    }

    /** The logits (or what the graph holds in their place), shape {@code [n, classes]}, in the scope that is open. */
    public Tensor logits() {
        if (tape != null) {
            return tape.logits();
        }
        return Tape.matrix(raw());
    }

    /** Gradient of {@code sum(cotangent * logits)} with respect to the input, of its shape, in the scope that is open. */
    public Tensor gradient(Tensor cotangent) {
        if (plans == null) {
            Tape recorded = java.util.Objects.requireNonNull(tape);
            String leaf = network.structure().differentiable();
            return recorded.gradients(recorded.logits(), cotangent, List.of(recorded.value(leaf)))
                    .get(0);
        }
        try (NativeScope scope = NativeScope.values()) {
            Map<String, Tensor> feeds = new LinkedHashMap<>(kept);
            Tensor raw = raw();
            feeds.put(plans.cotangent(), cotangent.to(Tensors.type(raw)).reshape(Tensors.dims(raw)));
            Tensor g = plans.reverse()
                    .run(feeds, Map.of(), Set.of(), UnaryOperator.identity())
                    .get(plans.gradient());
            return scope.keep(g);
        }
    }

    /** As {@link #gradient(Tensor)} from and to arrays. */
    public Array gradient(Array cotangent) {
        try (NativeScope scope = NativeScope.values()) {
            return Tensors.toArray(gradient(Tensors.of(cotangent, network.precision())));
        }
    }

    /**
     * The derivative of {@link #logits()} along a direction of {@link #input()}, of that tensor's shape: the Jacobian times the
     * direction. Costs about a forward pass.
     *
     * @return {@code [n, classes]}, in the scope that is open
     */
    public Tensor tangent(Tensor direction) {
        try (NativeScope scope = NativeScope.values()) {
            TangentPlan forward = tangents();
            if (forward == null) {
                if (slowTangents == null) {
                    slowTangents = new TapeTangents(network, inputs);
                }
                return scope.keep(slowTangents.along(direction));
            }
            Map<String, Tensor> feeds = new LinkedHashMap<>(kept);
            feeds.put(forward.direction(), direction);
            Tensor t = forward.plan()
                    .run(feeds, Map.of(), Set.of(), UnaryOperator.identity())
                    .get(forward.tangent());
            return scope.keep(t.reshape(Tensors.dims(logits())));
        }
    }

    private @Nullable TangentPlan tangents() {
        if (tangents == null && plans != null) {
            tangents = plans.tangents().get(plans.wanted());
            if (tangents != null) {
                tangents.locals().forEach(l -> l.record(this::kept, this::keep));
            }
        }
        return tangents;
    }

    private Tensor raw() {
        return kept(network.structure().logits());
    }

    private Tensor kept(String name) {
        Tensor t = kept.get(name);
        if (t == null) {
            throw new IllegalStateException("The sweep is closed");
        }
        return t;
    }

    /** Frees what was kept. May be called twice. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        kept.values().forEach(Tensor::releaseReference);
        kept.clear();
        if (slowTangents != null) {
            slowTangents.close();
        }
        if (tape != null) {
            tape.close();
        }
        network.end();
    }
}
