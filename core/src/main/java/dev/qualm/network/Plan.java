package dev.qualm.network;

import dev.qualm.QualmException;
import dev.qualm.ShapeException;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.engine.Engine;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.TensorLimit;
import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.operator.Inputs;
import dev.qualm.network.operator.Kernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** A graph compiled for one set of wanted tensors: kernels in order, numbered slots, known last uses. Immutable. */
/*
 * A run can begin in the middle, on the values of another run (see SharedPrefix). What that run owns is then neither released nor
 * overwritten, which is known from where a value is made: before the first step that runs, or after.
 */
final class Plan implements AutoCloseable {
    /** What a plan is for. */
    enum Mode {
        /** Values only. */
        INFERENCE,
        /** Recorded for gradients to inputs and taps; weights are constants. */
        RECORDING,
        /** Recorded, weights may be replaced at each run and differentiated, layers act as in inference. */
        WEIGHTS,
        /** As WEIGHTS, with BatchNormalization and Dropout acting as in training. */
        TRAINING
    }

    /**
     * A kernel and its place.
     *
     * @param kernel may overwrite its first input if there is a {@code plain} one
     * @param plain does the same without overwriting; null if the kernel does not overwrite
     * @param release slots that nobody reads later
     */
    record Step(Node node, Kernel kernel, @Nullable Kernel plain, int[] in, int[] out, int[] release) {
        Step with(Kernel newKernel, @Nullable Kernel newPlain) {
            return new Step(node, newKernel, newPlain, in, out, release);
        }
    }

    /** A value that all runs share, and where its native form is kept. */
    record Constant(Array array, WeightStore store) {
        Tensor tensor() {
            return store.get(array);
        }
    }

    private final Slots slots;
    private final List<Step> steps;
    private final @Nullable Constant[] constants;
    private final int[] used;
    private final List<String> inputs;
    private final WeightStore own;
    private final List<Kernel> ownKernels;
    private final int[] made;
    private final int firstChanged;

    /**
     * @param constants by slot
     * @param used slots of the constants that runs need; others only led to these
     * @param own holds constants that only this plan has, and is freed with it, as are {@code ownKernels}
     * @param firstChanged the first step that differs from the plan this one was derived from
     */
    Plan(
            Slots slots,
            List<Step> steps,
            @Nullable Constant[] constants,
            int[] used,
            List<String> inputs,
            WeightStore own,
            List<Kernel> ownKernels,
            int firstChanged) {
        this.slots = slots;
        this.steps = steps;
        this.constants = constants;
        this.used = used;
        this.inputs = inputs;
        this.own = own;
        this.ownKernels = ownKernels;
        this.firstChanged = firstChanged;
        this.made = new int[slots.count()];
        java.util.Arrays.fill(made, -1);
        for (int s = 0; s < steps.size(); s++) {
            for (int slot : steps.get(s).out) {
                if (slot >= 0) {
                    made[slot] = s;
                }
            }
        }
    }

    /**
     * @param wanted names of the tensors the plan's runs may ask for
     * @throws UnsupportedModelException if an operator is missing, or an attribute has an unsupported value
     */
    static Plan compile(Graph whole, WeightStore store, Precision precision, Set<String> wanted, Mode mode) {
        return PlanSource.compile(whole, store, precision, wanted, mode).plan();
    }

    /**
     * Computes the plan's tensors in the scope and gradient mode that the caller has open.
     *
     * @param feeds graph inputs by name
     * @param weights tensors to use in place of initializers; none unless the plan's mode allows it
     * @param atTensor called with each tensor named in {@code leaves} as it appears; what it returns is used onwards
     * @return values by name; those of released tensors are absent
     */
    Values run(
            Map<String, Tensor> feeds,
            Map<String, Tensor> weights,
            Set<String> leaves,
            UnaryOperator<Tensor> atTensor) {
        @Nullable Tensor[] values = start(feeds, weights);
        for (String name : inputs) {
            if (leaves.contains(name)) {
                int slot = slots.of(name);
                values[slot] = atTensor.apply(java.util.Objects.requireNonNull(values[slot]));
            }
        }
        return run(values, 0, false, leaves, (name, t) -> atTensor.apply(t));
    }

    /**
     * Runs for what can be seen on the way.
     *
     * @param watched names of tensors that nodes compute
     * @param watcher given each of them as it appears, while it is in the caches; later steps may overwrite it
     */
    void watch(Map<String, Tensor> feeds, Set<String> watched, BiConsumer<String, Tensor> watcher) {
        run(start(feeds, Map.of()), 0, false, watched, (name, t) -> {
            watcher.accept(name, t);
            return t;
        });
    }

    /** As {@link #run(Map, Map, Set, UnaryOperator)}, but every tensor is kept and none is overwritten. */
    Values runKeeping(Map<String, Tensor> feeds) {
        return run(start(feeds, Map.of()), 0, true, Set.of(), (name, t) -> t);
    }

    /** Whether one was derived from the other, or both from a third. */
    boolean isRelated(Plan other) {
        return slots == other.slots;
    }

    /**
     * Runs what differs.
     *
     * @param before what {@link #runKeeping} of a related plan returned
     */
    Values resume(Values before) {
        @Nullable Tensor[] values = before.tensors.clone();
        for (int slot : used) {
            if (!constant(slot).equals(before.plan.constants[slot])) {
                values[slot] = constant(slot).tensor();
            }
        }
        // Before these steps neither plan differs from the one that both come from.
        int first = Math.min(firstChanged, before.plan.firstChanged);
        return run(values, first, false, Set.of(), (name, t) -> t);
    }

    private @Nullable Tensor[] start(Map<String, Tensor> feeds, Map<String, Tensor> weights) {
        @Nullable Tensor[] values = new Tensor[slots.count()];
        for (int slot : used) {
            Tensor given = weights.isEmpty() ? null : weights.get(slots.name(slot));
            values[slot] = given != null ? given : constant(slot).tensor();
        }
        for (String name : inputs) {
            Tensor t = feeds.get(name);
            if (t == null) {
                throw new ShapeException(
                        "Input '" + name + "' is missing; the network needs " + inputs + ", found " + feeds.keySet());
            }
            values[slots.of(name)] = t;
        }
        return values;
    }

    private Constant constant(int slot) {
        return java.util.Objects.requireNonNull(constants[slot]);
    }

    private Values run(
            @Nullable Tensor[] values,
            int first,
            boolean keeping,
            Set<String> leaves,
            BiFunction<String, Tensor, Tensor> atTensor) {
        long largest = 0;
        long limit = TensorLimit.elements();
        for (int s = first; s < steps.size(); s++) {
            Step step = steps.get(s);
            @Nullable Tensor[] in = new Tensor[step.in.length];
            for (int i = 0; i < in.length; i++) {
                in[i] = step.in[i] < 0 ? null : values[step.in[i]];
            }
            Kernel plain = step.plain;
            boolean foreign = keeping || step.in.length > 0 && step.in[0] >= 0 && made[step.in[0]] < first;
            Tensor[] out = call(step.node, foreign && plain != null ? plain : step.kernel, in);
            for (int i = 0; i < step.out.length; i++) {
                if (step.out[i] < 0) {
                    continue;
                }
                Tensor t = ownHandle(checked(step.node, out, i), in);
                largest = Math.max(largest, t.numel());
                if (largest > limit) {
                    throw tooLarge(step.node, largest);
                }
                String name = step.node.outputs().get(i);
                values[step.out[i]] = leaves.contains(name) ? atTensor.apply(name, t) : t;
            }
            if (keeping) {
                continue;
            }
            for (int slot : step.release) {
                Tensor t = values[slot];
                values[slot] = null;
                if (t != null && made[slot] >= first) {
                    t.close();
                }
            }
        }
        return new Values(this, values, largest);
    }

    /**
     * Kernels may return an input itself, and the binding's in-place calls return a reference to the handle of their target.
     * A handle of its own lets either be released without the other.
     */
    private static Tensor ownHandle(Tensor out, @Nullable Tensor[] in) {
        for (Tensor t : in) {
            if (t != null && t.address() == out.address()) {
                return new Tensor(out);
            }
        }
        return out;
    }

    static Tensor[] call(Node node, Kernel kernel, @Nullable Tensor[] in) {
        try {
            return kernel.run(new Inputs(in));
        } catch (UnsupportedModelException e) {
            throw new UnsupportedModelException(named(node, e), e);
        } catch (QualmException e) {
            throw e;
        } catch (RuntimeException e) {
            throw Engine.failure(node.label() + " with inputs " + describe(in), e);
        }
    }

    /** The error's message, with the node's name in front unless it is there. */
    static String named(Node node, UnsupportedModelException e) {
        String message = String.valueOf(e.getMessage());
        return message.contains(node.label()) ? message : node.label() + ": " + message;
    }

    /** Output {@code i} of a node, which its kernel may not define. */
    static Tensor checked(Node node, Tensor[] out, int i) {
        if (i >= out.length) {
            throw new UnsupportedModelException(
                    node.label() + ": output '" + node.outputs().get(i) + "' (number " + i + ") is not supported");
        }
        return out[i];
    }

    static ShapeException tooLarge(Node node, long elements) {
        return new ShapeException(node.label() + ": its output has " + elements + " elements, expected at most "
                + TensorLimit.elements() + "; feed smaller batches, or raise -D" + TensorLimit.PROPERTY);
    }

    private static String describe(@Nullable Tensor[] in) {
        List<String> shapes = new ArrayList<>();
        for (Tensor t : in) {
            shapes.add(t == null ? "none" : Tensors.type(t) + java.util.Arrays.toString(Tensors.shape(t)));
        }
        return shapes.toString();
    }

    /**
     * The tensors of one run.
     *
     * @param tensors by slot
     * @param largest number of elements of the largest tensor that was computed
     */
    record Values(Plan plan, @Nullable Tensor[] tensors, long largest) {
        Tensor get(String name) {
            Tensor t = plan.slots.has(name) ? tensors[plan.slots.of(name)] : null;
            if (t == null) {
                throw new UnsupportedModelException("Tensor '" + name + "' was not kept in this run");
            }
            return t;
        }

        /** What this run computed, which is neither input nor constant. */
        List<Tensor> computed() {
            List<Tensor> all = new ArrayList<>();
            for (int slot = 0; slot < tensors.length; slot++) {
                Tensor t = tensors[slot];
                if (t != null && plan.made[slot] >= 0) {
                    all.add(t);
                }
            }
            return all;
        }
    }

    Slots slots() {
        return slots;
    }

    List<Step> steps() {
        return steps;
    }

    @Nullable
    Constant[] constants() {
        return constants;
    }

    int[] used() {
        return used;
    }

    List<String> inputs() {
        return inputs;
    }

    @Override
    public void close() {
        ownKernels.forEach(Kernel::close);
        own.close();
    }
}
