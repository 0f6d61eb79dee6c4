package dev.qualm.training;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.Recording;
import dev.qualm.network.Tape;
import dev.qualm.network.Views;
import dev.qualm.network.engine.Engine;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Tensors;
import dev.qualm.sustainability.Tap;
import dev.qualm.sustainability.Taps;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** A network that is being learnt, and its steps. */
/*
 * An attack runs on a view of the network with copies of the present weights: there every attack works, in the fast passes that record
 * nothing for the weights. The loss is then recorded on the weights themselves.
 */
final class Learner {
    private final Network network;
    private final Objective objective;
    private final double labelSmoothing;
    private final LearntWeights weights;
    private final WeightSteps steps;
    private final Map<String, Double> gammas = new LinkedHashMap<>();

    /** Lives in the caller's open scope. */
    Learner(Network network, WeightRoles roles, TrainingOptions options) {
        this.network = network;
        objective = options.objective();
        labelSmoothing = options.labelSmoothing();
        weights = new LearntWeights(network.graph(), roles);
        steps = new WeightSteps(options.optimizer(), weights.learnt(), weights.decayed());
        LayerPenalty penalty = objective.layers();
        if (penalty != null) {
            penalty.gammas().forEach((name, gamma) -> {
                Tap tap = Taps.named(name).of(network).get(0);
                gammas.merge(tap.tensor(), gamma, Double::sum);
            });
        }
    }

    /**
     * What one step found before it moved the weights.
     *
     * @param loss what was minimised; where it is not finite the weights were not moved
     * @param correct items that were answered right, attacked if the method attacks
     * @param terms what the loss consists of, unweighted, by name
     */
    record Step(double loss, int correct, Map<String, Double> terms) {}

    /** Logits and losses of one batch, and what they consist of. */
    private record Losses(Tensor total, Tensor judged, Map<String, Double> terms) {}

    /**
     * One step down the gradient.
     *
     * @param batch {@code [n, ...]}
     * @param labels {@code [n]}
     * @param seed of this step's random draws
     */
    Step step(Array batch, int[] labels, double learningRate, long seed) {
        Array seen = perturbed(batch, labels, seed);
        Set<String> leaves = objective.curvature() == null
                ? Set.of()
                : Set.of(network.structure().differentiable());
        Recording recording = new Recording(gammas.keySet(), leaves, weights.all(), true);
        try (NativeScope scope = NativeScope.recording();
                Tape tape = Tape.record(network, seen, recording);
                Tape clean = clean(batch)) {
            try {
                Losses losses = losses(tape, clean, labels, seed);
                double value = losses.total().item_double();
                if (Double.isFinite(value)) {
                    losses.total().backward();
                    steps.step(learningRate);
                }
                return new Step(value, Answers.correct(Tensors.toArray(losses.judged()), labels), losses.terms());
            } catch (RuntimeException e) {
                throw Engine.failure("Training step with " + batch, e);
            }
        }
    }

    private Array perturbed(Array batch, int[] labels, long seed) {
        if (objective.method() instanceof Method.Standard) {
            return batch;
        }
        try (Network present = present()) {
            return perturbed(present, batch, labels, seed);
        }
    }

    /**
     * Items as the method shows them.
     *
     * @param present what {@link #present} gave
     */
    Array perturbed(Network present, Array batch, int[] labels, long seed) {
        Method method = objective.method();
        if (method instanceof Method.Adversarial adversarial) {
            return adversarial.attack().withSeed(seed).perturb(present, batch, labels);
        }
        return method instanceof Method.Trades trades
                ? trades.attack().withSeed(seed).perturb(present, batch)
                : batch;
    }

    /** The clean items, as far as they are needed; null if not at all. */
    private @Nullable Tape clean(Array batch) {
        boolean detached = objective.layers() != null && objective.layers().detached();
        if (objective.method() instanceof Method.Trades) {
            return Tape.record(network, batch, new Recording(gammas.keySet(), Set.of(), weights.all(), true));
        }
        return gammas.isEmpty()
                ? null
                : Tape.recordTaps(
                        network, batch, new Recording(gammas.keySet(), Set.of(), weights.aside(detached), true));
    }

    private Losses losses(Tape tape, @Nullable Tape recorded, int[] labels, long seed) {
        // Where no term asks for the clean items, nothing below does either.
        Tape clean = recorded == null ? tape : recorded;
        Map<String, Double> terms = new LinkedHashMap<>();
        boolean trades = objective.method() instanceof Method.Trades;
        Tensor total = StepLosses.crossEntropy(trades ? clean.logits() : tape.logits(), labels, labelSmoothing);
        terms.put("cross-entropy", total.item_double());
        if (objective.method() instanceof Method.Trades t) {
            total = add(total, t.beta(), StepLosses.divergence(clean.logits(), tape.logits()), "divergence", terms);
        }
        LayerPenalty penalty = objective.layers();
        if (penalty != null) {
            for (Map.Entry<String, Double> layer : gammas.entrySet()) {
                Tensor a = clean.value(layer.getKey());
                Tensor error = StepLosses.relativeError(
                        penalty.detached() ? a.detach() : a, tape.value(layer.getKey()), penalty.over());
                total = add(total, layer.getValue(), error, layer.getKey(), terms);
            }
        }
        CurvaturePenalty curvature = objective.curvature();
        if (curvature != null) {
            String leaf = network.structure().differentiable();
            Tensor norm = StepLosses.squaredHessianNorm(tape, leaf, labels, new Random(seed + 1));
            total = add(total, curvature.lambda(), norm, "curvature", terms);
        }
        return new Losses(total, tape.logits(), terms);
    }

    private static Tensor add(Tensor total, double factor, Tensor term, String name, Map<String, Double> terms) {
        terms.put(name, term.item_double());
        return total.add(term, new Scalar(factor));
    }

    LearntWeights weights() {
        return weights;
    }

    WeightSteps memory() {
        return steps;
    }

    /** A network with copies of the present weights; close it. */
    Network present() {
        return network.with(Views.weights(weights.arrays()));
    }
}
