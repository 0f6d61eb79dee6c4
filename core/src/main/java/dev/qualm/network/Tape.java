package dev.qualm.network;

import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.engine.Engine;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * One recorded forward pass of one batch, from which any number of reverse sweeps can be read.
 *
 * <p>Belongs to the thread that made it. Tensors returned by sweeps live in the caller's open {@link NativeScope}; without one,
 * as long as the tape.
 */
public final class Tape implements AutoCloseable {
    /** Name of the logits in matrix form; ONNX names cannot collide with it, being non-empty. */
    public static final String LOGITS = "";

    private final Network network;
    private final Map<String, Tensor> values = new HashMap<>();
    private final List<Tensor> owned = new ArrayList<>();
    private boolean closed;

    private Tape(Network network) {
        this.network = network;
    }

    /** Runs the network on one batch, whole, and records it. The logits are always kept. */
    public static Tape record(Network network, Map<String, Array> feeds, Recording recording) {
        Map<String, Array> checked = network.checked(feeds);
        try (NativeScope scope = NativeScope.recording()) {
            return recordTensors(network, network.tensors(checked), recording);
        }
    }

    /** As {@link #record(Network, Map, Recording)} for the only input. */
    public static Tape record(Network network, Array batch, Recording recording) {
        return record(network, Map.of(network.input().name(), batch), recording);
    }

    /**
     * As {@link #record(Network, Array, Recording)}, but only as far as the taps and leaves need: the logits are not computed, and
     * asking for them is an error.
     */
    public static Tape recordTaps(Network network, Array batch, Recording recording) {
        Map<String, Array> checked = network.checked(Map.of(network.input().name(), batch));
        try (NativeScope scope = NativeScope.recording()) {
            return recordTensors(network, network.tensors(checked), recording, false);
        }
    }

    /** Records a run on native inputs, as sweeps that compute their own inputs need; the caller keeps ownership of them. */
    public static Tape recordTensors(Network network, Map<String, Tensor> feeds, Recording recording) {
        return recordTensors(network, feeds, recording, true);
    }

    private static Tape recordTensors(
            Network network, Map<String, Tensor> feeds, Recording recording, boolean withLogits) {
        Set<String> wanted = new LinkedHashSet<>(recording.taps());
        if (withLogits) {
            wanted.add(network.structure().logits());
        }
        wanted.addAll(recording.leaves());
        Plan.Mode mode = recording.training()
                ? Plan.Mode.TRAINING
                : recording.weights().isEmpty() ? Plan.Mode.RECORDING : Plan.Mode.WEIGHTS;
        network.begin();
        Tape tape = new Tape(network);
        try (NativeScope scope = NativeScope.recording()) {
            Plan plan = network.plan(wanted, mode);
            PassCount.forwardTensors(feeds);
            Plan.Values run = plan.run(feeds, recording.weights(), recording.leaves(), Tape::leaf);
            for (String name : wanted) {
                Tensor t = run.get(name);
                t.retainReference();
                tape.values.put(name, t);
            }
            if (withLogits) {
                Tensor logits = matrix(run.get(network.structure().logits()));
                logits.retainReference();
                tape.values.put(LOGITS, logits);
            }
            return tape;
        } catch (RuntimeException e) {
            tape.close();
            throw e;
        }
    }

    /** Logits in matrix form, {@code [n, classes]}, as a handle of its own; an empty batch keeps its classes. */
    static Tensor matrix(Tensor raw) {
        return switch ((int) raw.dim()) {
            case 0 -> raw.reshape(1, 1);
            case 1 -> raw.unsqueeze(1);
            case 2 -> new Tensor(raw);
            default -> raw.flatten(1, -1);
        };
    }

    /** A tensor that already requires gradients (a caller's own differentiable input) stays connected. */
    private static Tensor leaf(Tensor t) {
        if (!Tensors.isFloating(t)) {
            throw new UnsupportedModelException(
                    "Gradients can only be taken at float tensors, but one of those asked for"
                            + " has elements of type " + Tensors.type(t) + " and shape "
                            + Arrays.toString(Tensors.shape(t))
                            + "; choose a tensor behind it");
        }
        return t.requires_grad() ? t : t.detach().set_requires_grad(true);
    }

    public Network network() {
        return network;
    }

    /** A kept tensor: a tap, a leaf or the logits. It belongs to the tape. */
    public Tensor value(String name) {
        Tensor t = values.get(name);
        if (t == null) {
            throw new UnsupportedModelException(
                    "Tensor '" + name + "' was not tapped; this tape keeps " + values.keySet());
        }
        return t;
    }

    /** Whether a tensor is kept. */
    public boolean keeps(String name) {
        return values.containsKey(name);
    }

    /** The logits (or what the graph holds in their place), shape {@code [n, classes]}. */
    public Tensor logits() {
        return value(LOGITS);
    }

    /** A copy of a kept tensor. */
    public Array array(String name) {
        return Tensors.toArray(value(name));
    }

    /**
     * Gradient of {@code sum(cotangent * output)} with respect to kept or caller's tensors. The tape may be swept again.
     *
     * @param output a tensor computed from this tape
     * @param cotangent same shape as the output
     * @return one gradient per {@code wrt}, in order; zeros where the output does not depend on it
     */
    public List<Tensor> gradients(Tensor output, Tensor cotangent, List<Tensor> wrt) {
        return gradients(output, cotangent, wrt, false);
    }

    /** As {@link #gradients(Tensor, Tensor, List)}; {@code differentiable} gradients can be differentiated once more. */
    public List<Tensor> gradients(Tensor output, @Nullable Tensor cotangent, List<Tensor> wrt, boolean differentiable) {
        PointerScope outer = PointerScope.getInnerScope();
        PassCount.sweep(output);
        try (NativeScope scope = differentiable ? NativeScope.recording() : NativeScope.values()) {
            List<Tensor> found = Gradients.of(output, cotangent, wrt, true, differentiable);
            for (Tensor t : found) {
                scope.keep(t);
                if (outer == null) {
                    owned.add(t);
                }
            }
            return found;
        }
    }

    /** Gradient of {@code sum(cotangent * logits)} at one kept tensor, as an array of that tensor's shape. */
    public Array gradient(Array cotangent, String wrt) {
        try (NativeScope scope = NativeScope.values()) {
            Tensor c = Tensors.of(cotangent, network.precision());
            return Tensors.toArray(gradients(logits(), c, List.of(value(wrt))).get(0));
        }
    }

    /**
     * Gradient of {@code sum(cotangent * tensor)} over several kept tensors together, in one sweep.
     *
     * @param cotangents by name of tensors this tape keeps, of their size; {@link #LOGITS} among them
     * @return of the shape of {@code wrt}; zeros if none of them depends on it
     */
    public Array gradient(Map<String, Array> cotangents, String wrt) {
        Tensor leaf = value(wrt);
        try (NativeScope scope = NativeScope.values()) {
            List<Tensor> outputs = new ArrayList<>();
            List<Tensor> seeds = new ArrayList<>();
            cotangents.forEach((name, c) -> {
                Tensor output = value(name);
                if (output.requires_grad()) {
                    outputs.add(output);
                    seeds.add(Tensors.of(c, network.precision())
                            .to(Tensors.type(output))
                            .reshape(Tensors.dims(output)));
                }
            });
            if (outputs.isEmpty() || !leaf.requires_grad()) {
                return Tensors.toArray(torch.zeros_like(leaf));
            }
            TensorVector grads = torch.grad(
                    new TensorVector(outputs.toArray(Tensor[]::new)),
                    new TensorVector(leaf),
                    new TensorVector(seeds.toArray(Tensor[]::new)),
                    new BoolOptional(true),
                    false,
                    true);
            Tensor g = new Tensor(grads.get(0));
            return Tensors.toArray(g.defined() ? g : torch.zeros_like(leaf));
        } catch (dev.qualm.QualmException e) {
            throw e;
        } catch (RuntimeException e) {
            throw Engine.failure("Reverse sweep", e);
        }
    }

    /** Frees the recording. May be called twice. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        owned.forEach(Tensor::releaseReference);
        values.values().forEach(Tensor::releaseReference);
        values.clear();
        network.end();
    }

    /** The engine's reverse sweep with the container rules of the binding obeyed. */
    static final class Gradients {
        private Gradients() {}

        static List<Tensor> of(
                Tensor output, @Nullable Tensor cotangent, List<Tensor> wrt, boolean retain, boolean differentiable) {
            List<Tensor> connected = output.requires_grad()
                    ? wrt.stream().filter(Tensor::requires_grad).toList()
                    : List.of();
            if (connected.isEmpty()) {
                return wrt.stream().map(torch::zeros_like).toList();
            }
            TensorVector outputs = new TensorVector(output);
            TensorVector inputs = new TensorVector(connected.toArray(Tensor[]::new));
            TensorVector cotangents = cotangent == null ? new TensorVector() : new TensorVector(cotangent);
            TensorVector grads;
            try {
                grads = torch.grad(outputs, inputs, cotangents, new BoolOptional(retain), differentiable, true);
            } catch (RuntimeException e) {
                throw Engine.failure("Reverse sweep", e);
            }
            List<Tensor> found = new ArrayList<>(wrt.size());
            int at = 0;
            for (Tensor t : wrt) {
                // Elements of the vector are references into it: copy the handle before the vector dies.
                Tensor g = t.requires_grad() ? new Tensor(grads.get(at++)) : new Tensor();
                found.add(g.defined() ? g : torch.zeros_like(t));
            }
            return found;
        }
    }
}
