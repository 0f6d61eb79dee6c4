package dev.qualm.attack;

import dev.qualm.Provenance;
import dev.qualm.QualmException;
import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
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

    private Adversarial run(Network network, Array batch, Aim aim, boolean judged) {
        return AttackBatches.run(network, batch, aim, box, provenance(), (trail, from) -> {
            double[] x = trail.original.clone();
            int[] all = trail.all();
            Objective objective = new Objectives.CrossEntropy(trail.aim);
            try (LossSweep sweep = trail.sweep(x, all)) {
                double[] cotangent = sweep.cotangent();
                for (int i : all) {
                    if (sweep.isFinite(i)) {
                        objective.add(sweep, cotangent, i, i);
                        trail.predicted[i] = sweep.predicted(i);
                        trail.success[i] = trail.aim.reached(i, trail.predicted[i]);
                    } else {
                        trail.status[i] = Trail.nonFinite();
                    }
                }
                double[] gradient = trail.gradient(sweep, cotangent, all);
                for (int i : all) {
                    move(trail, x, i, gradient);
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

    private void move(Trail trail, double[] x, int i, double[] gradient) {
        if (!trail.status[i].isOk()) {
            return;
        }
        double length = trail.toUnits(gradient, i);
        if (length == 0 || !Double.isFinite(length)) {
            trail.status[i] = length == 0
                    ? Status.zeroGradient("the input is not moved")
                    : Status.nonFinite("the gradient is NaN or infinite");
            return;
        }
        double[] g = java.util.Arrays.copyOfRange(gradient, i * trail.width, (i + 1) * trail.width);
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
