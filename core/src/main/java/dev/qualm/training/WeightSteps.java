package dev.qualm.training;

import dev.qualm.array.Array;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Moves weights by the rule of an {@link Optimizer}, and keeps what the rule remembers of each. */
/*
 * The engine has these rules, but does not hand out what its optimisers remember, so that a training could not be continued. The order of
 * the operations is the engine's: both give the same bits.
 */
final class WeightSteps {
    private static final String STEPS = "steps";

    private final Optimizer rule;
    private final Map<String, Tensor> weights;
    private final Set<String> decayed;
    private final Map<String, List<Tensor>> memory = new LinkedHashMap<>();
    private long steps;

    /**
     * Lives in the caller's open scope.
     *
     * @param weights those that are learnt
     * @param decayed names of those that decay
     */
    WeightSteps(Optimizer rule, Map<String, Tensor> weights, Set<String> decayed) {
        this.rule = rule;
        this.weights = weights;
        this.decayed = decayed;
        int each = rule instanceof Optimizer.Adam ? 2 : 1;
        weights.forEach((name, w) -> {
            List<Tensor> buffers = new ArrayList<>();
            for (int i = 0; i < each; i++) {
                buffers.add(torch.zeros_like(w));
            }
            memory.put(name, buffers);
        });
    }

    /** Moves every weight that has a gradient, and forgets the gradients. */
    void step(double learningRate) {
        steps++;
        try (NativeScope scope = NativeScope.values()) {
            memory.forEach((name, remembered) -> {
                Tensor w = Objects.requireNonNull(weights.get(name));
                Tensor gradient = w.grad();
                if (gradient.defined()) {
                    double decay = decayed.contains(name) ? rule.weightDecay() : 0;
                    if (rule instanceof Optimizer.Adam adam) {
                        adam(adam, w, gradient, remembered, learningRate, decay);
                    } else if (rule instanceof Optimizer.Sgd sgd) {
                        sgd(sgd, w, gradient, remembered, learningRate, decay);
                    }
                    w.mutable_grad().reset();
                }
            });
        }
    }

    private static void sgd(
            Optimizer.Sgd rule, Tensor w, Tensor gradient, List<Tensor> memory, double rate, double decay) {
        Tensor g = decay == 0 ? gradient : gradient.add(w, new Scalar(decay));
        if (rule.momentum() > 0) {
            Scalar momentum = new Scalar(rule.momentum());
            Tensor velocity = memory.get(0);
            velocity.mul_(momentum).add_(g);
            g = rule.nesterov() ? g.add(velocity, momentum) : velocity;
        }
        w.add_(g, new Scalar(-rate));
    }

    private void adam(Optimizer.Adam rule, Tensor w, Tensor gradient, List<Tensor> memory, double rate, double decay) {
        if (decay != 0) {
            w.mul_(new Scalar(1 - rate * decay));
        }
        Tensor mean = memory.get(0);
        Tensor square = memory.get(1);
        mean.mul_(new Scalar(rule.beta1())).add_(gradient, new Scalar(1 - rule.beta1()));
        square.mul_(new Scalar(rule.beta2())).addcmul_(gradient, gradient, new Scalar(1 - rule.beta2()));
        double first = 1 - Math.pow(rule.beta1(), steps);
        double second = 1 - Math.pow(rule.beta2(), steps);
        Tensor spread = square.sqrt().div(new Scalar(Math.sqrt(second))).add_(new Scalar(rule.epsilon()));
        w.addcdiv_(mean, spread, new Scalar(-rate / first));
    }

    /** Copies of all that is remembered, by name. */
    Map<String, Array> state() {
        Map<String, Array> out = new LinkedHashMap<>();
        out.put(STEPS, Array.of(new long[] {steps}, 1));
        memory.forEach((name, buffers) -> {
            for (int i = 0; i < buffers.size(); i++) {
                out.put(i + "/" + name, Tensors.toArray(buffers.get(i)));
            }
        });
        return out;
    }

    /**
     * Takes back what {@link #state} gave.
     *
     * @throws TrainingException if it is of other weights
     */
    void restore(Map<String, Array> state) {
        Array count = state.get(STEPS);
        if (count == null || count.size() != 1 || !state.keySet().equals(state().keySet())) {
            throw new TrainingException(
                    "Expected what the optimiser remembers of " + weights.keySet() + ", but found " + state.keySet());
        }
        steps = (long) count.get(0);
        memory.forEach((name, buffers) -> {
            for (int i = 0; i < buffers.size(); i++) {
                copy(Objects.requireNonNull(state.get(i + "/" + name)), buffers.get(i), name);
            }
        });
    }

    /** Puts an array's elements into a tensor of the same shape. */
    static void copy(Array from, Tensor to, String name) {
        if (!Arrays.equals(from.shape(), Tensors.shape(to))) {
            throw new TrainingException("Expected for '" + name + "' an array of shape "
                    + Arrays.toString(Tensors.shape(to)) + ", but found " + from);
        }
        try (NativeScope scope = NativeScope.values()) {
            to.copy_(Tensors.of(from, Precision.FLOAT32));
        }
    }
}
