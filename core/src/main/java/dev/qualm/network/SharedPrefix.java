package dev.qualm.network;

import dev.qualm.array.Array;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * One run of a network whose intermediate values serve the networks that differ from it in weights: each of those computes only from the
 * first changed layer on. The results are what a run from the input gives, bit for bit.
 *
 * <p>Holds all activations of its rows until it is closed. Any thread may use it, several at once.
 */
public final class SharedPrefix implements AutoCloseable {
    private final Network network;
    private final Set<String> wanted;
    private final Map<String, Tensor> inputs;
    private final Plan.Values values;
    private final List<Tensor> kept;
    private final long bytes;
    private boolean closed;

    private SharedPrefix(
            Network network, Set<String> wanted, Map<String, Tensor> inputs, Plan.Values values, List<Tensor> kept) {
        this.network = network;
        this.wanted = wanted;
        this.inputs = inputs;
        this.values = values;
        this.kept = kept;
        long sum = 0;
        for (Tensor t : kept) {
            sum += t.nbytes();
        }
        this.bytes = sum;
    }

    /**
     * Runs a network on rows, all at once.
     *
     * @param feeds a value per input
     */
    public static SharedPrefix of(Network network, Map<String, Array> feeds) {
        return of(network, feeds, Set.of());
    }

    /** As {@link #of(Network, Map)}, with further tensors for {@link #value}. */
    public static SharedPrefix of(Network network, Map<String, Array> feeds, Set<String> tensors) {
        Map<String, Array> checked = network.checked(feeds);
        network.begin();
        List<Tensor> kept = new ArrayList<>();
        try (NativeScope scope = NativeScope.values()) {
            Set<String> wanted = new LinkedHashSet<>(tensors);
            wanted.add(network.structure().logits());
            Map<String, Tensor> inputs = network.tensors(checked);
            PassCount.forward(checked);
            Plan.Values values = network.plan(wanted, Plan.Mode.INFERENCE).runKeeping(inputs);
            for (Tensor t : inputs.values()) {
                t.retainReference();
                kept.add(t);
            }
            for (Tensor t : values.computed()) {
                t.retainReference();
                kept.add(t);
            }
            return new SharedPrefix(network, wanted, inputs, values, kept);
        } catch (RuntimeException e) {
            kept.forEach(Tensor::releaseReference);
            network.end();
            throw e;
        }
    }

    /** A copy of a tensor that was asked for when this was made. */
    public Array value(String name) {
        try (NativeScope scope = NativeScope.values()) {
            return Tensors.toArray(values.get(name));
        }
    }

    /** Logits of the network itself, as {@link Network#logits}. */
    public Array logits() {
        try (NativeScope scope = NativeScope.values()) {
            return network.asLogits(
                    Tensors.toArray(values.get(network.structure().logits())));
        }
    }

    /**
     * Logits of another network.
     *
     * @param variant made by {@link Network#with} from this network, or from what this one was made from, with other weights alone
     * @throws IllegalArgumentException if it is anything else
     */
    public Array logits(Network variant) {
        if (!variant.isVariantOf(network)) {
            throw new IllegalArgumentException("Expected a network that differs in weights alone from " + network
                    + ", but found " + variant + "; run it from its input");
        }
        variant.begin();
        PassCount.forwardTensors(inputs);
        try (NativeScope scope = NativeScope.values()) {
            Plan plan = variant.plan(wanted, Plan.Mode.INFERENCE);
            // Where a changed weight is part of a node's attributes (bounds of Clip), the plans have nothing in common.
            Plan.Values run = plan.isRelated(values.plan())
                    ? plan.resume(values)
                    : plan.run(inputs, Map.of(), Set.of(), UnaryOperator.identity());
            return network.asLogits(Tensors.toArray(run.get(network.structure().logits())));
        } finally {
            variant.end();
        }
    }

    /** Native memory that is held, in bytes. */
    public long bytes() {
        return bytes;
    }

    /** May be called twice. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            kept.forEach(Tensor::releaseReference);
            network.end();
        }
    }
}
