package dev.qualm.attack;

import dev.qualm.Provenance;
import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Fast gradient method (Goodfellow, Shlens, Szegedy 2015, section 4): one step of size epsilon along the gradient of the
 * cross-entropy, clipped to the box of valid inputs. In the Linf ball along its sign (FGSM), in others in the steepest direction.
 * Costs 3 passes, the last to see what came of it.
 *
 * @param ball the norm of the budget
 * @param epsilon step in the unit of the box, positive
 * @param box the valid inputs
 */
public record Fgsm(Ball ball, double epsilon, Box box) implements TargetedAttack {
    public Fgsm {
        if (!(epsilon > 0) || Double.isInfinite(epsilon)) {
            throw new QualmException("Expected a positive epsilon, but found " + epsilon);
        }
    }

    /** An attack in the Linf ball on inputs that live in {@code [low, high]} in every channel. */
    public static Fgsm of(double epsilon, double low, double high) {
        return new Fgsm(Ball.LINF, epsilon, Box.of(low, high));
    }

    @Override
    public String name() {
        return "fgsm";
    }

    @Override
    public Optional<Budget> budget() {
        return Optional.of(new Budget(ball, epsilon));
    }

    @Override
    public long cost(int classes, int width) {
        return 3;
    }

    /** One step for every input; one that is misclassified from the start is returned unmoved should the step cure it. */
    @Override
    public Adversarial attack(Network network, Array batch, int[] labels) {
        return run(network, batch, Aim.away(labels), true);
    }

    @Override
    public Adversarial attackToward(Network network, Array batch, int[] targets) {
        return run(network, batch, Aim.toward(targets), true);
    }

    /** Costs 2 passes. */
    @Override
    public Array perturb(Network network, Array batch, int[] labels) {
        return run(network, batch, Aim.away(labels), false).inputs();
    }

    /**
     * Several budgets for one gradient: {@code E + 1} forward passes and 1 gradient for E of them. Each result is what
     * {@link #attack} gives for its budget; the pass and the gradient that all share are counted in the first.
     *
     * @param batch valid inputs, {@code [n, ...]}
     * @param labels usually the true classes, {@code [n]}
     * @param epsilons steps in the unit of the box, positive
     * @return one result per epsilon, in their order
     */
    public static List<Adversarial> sweep(
            Network network, Array batch, int[] labels, Ball ball, Box box, double... epsilons) {
        LossSweep.requireLabels(batch, labels);
        FgsmSlope slope = new FgsmSlope(labels.length, batch.size());
        List<Adversarial> out = new ArrayList<>();
        for (double epsilon : epsilons) {
            out.add(new Fgsm(ball, epsilon, box).run(network, batch, Aim.away(labels), true, slope, out.isEmpty()));
        }
        return out;
    }

    private Adversarial run(Network network, Array batch, Aim aim, boolean judged) {
        LossSweep.requireLabels(batch, aim.classes());
        FgsmSlope slope = new FgsmSlope(aim.classes().length, batch.size());
        return run(network, batch, aim, judged, slope, true);
    }

    /** One step each, along a slope that is to be measured first or is known. */
    private Adversarial run(Network network, Array batch, Aim aim, boolean judged, FgsmSlope slope, boolean measured) {
        return AttackBatches.run(network, batch, aim, box, provenance(), (trail, from) -> {
            if (measured) {
                slope.measure(trail, from);
            }
            slope.begin(trail, from);
            double[] x = trail.original.clone();
            int[] all = trail.all();
            for (int i : all) {
                if (trail.status[i].isOk()) {
                    move(trail, x, i, slope.of(trail, from, i));
                }
            }
            if (!judged) {
                System.arraycopy(x, 0, trail.best, 0, x.length);
                return;
            }
            Logits after = trail.logits(x, all);
            for (int i : all) {
                boolean reached = after.isFinite(i) && trail.aim.reached(i, after.predicted(i));
                if (after.isFinite(i) && (reached || !trail.success[i])) {
                    trail.take(i, x, reached, after.predicted(i), 0);
                }
            }
        });
    }

    private void move(Trail trail, double[] x, int i, double[] g) {
        Pgd.Direction direction = Pgd.of(ball, epsilon, epsilon, 1, box).direction();
        Steps.add(trail, x, i, g, direction, epsilon);
        trail.toBox(x, i);
        trail.round(x, i);
    }

    @Override
    public Provenance provenance() {
        return Provenance.of("FGSM").with("ball", ball).with("epsilon", epsilon);
    }
}
