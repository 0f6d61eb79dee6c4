package dev.qualm.network;

import dev.qualm.array.Array;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Tensors;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    private final @Nullable KeptPass pass;
    private final @Nullable Tape tape;
    private final Map<String, Array> inputs;
    private @Nullable TapeTangents slowTangents;
    private boolean closed;

    private Sweep(Network network, Map<String, Array> inputs, @Nullable KeptPass pass, @Nullable Tape tape) {
        this.network = network;
        this.inputs = inputs;
        this.pass = pass;
        this.tape = tape;
    }

    /** Runs the network on one batch, whole. */
    public static Sweep of(Network network, Map<String, Array> feeds) {
        return of(network, feeds, Set.of());
    }

    /** As {@link #of(Network, Map)}, keeping further tensors for {@link #value}. */
    public static Sweep of(Network network, Map<String, Array> feeds, Set<String> tensors) {
        Map<String, Array> checked = network.checked(feeds);
        network.begin();
        try {
            GradientPlans plans = network.gradientPlans(checked, tensors);
            if (plans == null) {
                Recording recording = Recording.ofInput(network).tapping(tensors.toArray(String[]::new));
                return new Sweep(network, feeds, null, Tape.record(network, feeds, recording));
            }
            try (NativeScope scope = NativeScope.values()) {
                return new Sweep(network, feeds, KeptPass.run(plans, network.tensors(checked)), null);
            }
        } catch (RuntimeException e) {
            network.end();
            throw e;
        }
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
        return tape != null ? tape.value(leaf) : pass().value(leaf);
    }

    /** A tensor that was asked for when this was made. Belongs to the sweep. */
    public Tensor value(String name) {
        return tape != null ? tape.value(name) : pass().value(name);
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
        if (pass == null) {
            Tape recorded = java.util.Objects.requireNonNull(tape);
            String leaf = network.structure().differentiable();
            return recorded.gradients(recorded.logits(), cotangent, List.of(recorded.value(leaf)))
                    .get(0);
        }
        try (NativeScope scope = NativeScope.values()) {
            Tensor raw = raw();
            Tensor u = cotangent.to(Tensors.type(raw)).reshape(Tensors.dims(raw));
            return scope.keep(pass().gradient(Map.of(network.structure().logits(), u)));
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
            Tensor t = pass == null ? null : pass.tangent(direction);
            if (t == null) {
                if (slowTangents == null) {
                    slowTangents = new TapeTangents(network, inputs);
                }
                return scope.keep(slowTangents.along(direction));
            }
            return scope.keep(t.reshape(Tensors.dims(logits())));
        }
    }

    private Tensor raw() {
        return pass().value(network.structure().logits());
    }

    private KeptPass pass() {
        if (pass == null || closed) {
            throw new IllegalStateException("The sweep is closed");
        }
        return pass;
    }

    /** Frees what was kept. May be called twice. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (pass != null) {
            pass.close();
        }
        if (slowTangents != null) {
            slowTangents.close();
        }
        if (tape != null) {
            tape.close();
        }
        network.end();
    }
}
