package dev.qualm.attack;

import dev.qualm.Status;
import dev.qualm.array.Array;
import java.util.Arrays;
import java.util.Objects;

/** {@link ExpectationOverTransformation} on one micro-batch. */
final class ExpectationRun {
    private final ExpectationOverTransformation attack;
    private final Pgd steps;
    private final Trail trail;
    private final Objective objective;
    private final long seed;
    private final double[] x;

    ExpectationRun(ExpectationOverTransformation attack, Trail trail) {
        this.attack = attack;
        this.trail = trail;
        steps = attack.steps();
        objective = new Objectives.CrossEntropy(trail.aim);
        seed = Objects.requireNonNull(steps.seed());
        x = trail.original.clone();
    }

    void run() {
        for (int i : trail.all()) {
            double[] d = steps.ball().draw(Seeds.of(seed, trail.original, i * trail.width, trail.width), trail.width);
            for (int j = 0; j < trail.width; j++) {
                x[i * trail.width + j] += steps.epsilon() * d[j] * trail.bounds.unit()[j];
            }
            project(i);
        }
        for (int s = 0; s < steps.steps(); s++) {
            double[] mean = mean(s);
            for (int i : trail.all()) {
                move(i, mean);
            }
        }
        judge();
    }

    private Randomness.Draw draw(long place) {
        return attack.randomness().draw(trail.network, Seeds.mixed(seed + 0x9e3779b97f4a7c15L * (place + 1)));
    }

    private double[] mean(int s) {
        double[] sum = new double[x.length];
        Array here = LossSweep.array(trail.network, x, trail.shape());
        for (int k = 0; k < attack.samples(); k++) {
            Randomness.Draw draw = draw((long) s * attack.samples() + k);
            Array seen = draw.apply(here);
            try (LossSweep sweep = LossSweep.of(draw.network(), seen.toDoubles(), seen.shape())) {
                double[] cotangent = sweep.cotangent();
                for (int i : trail.all()) {
                    trail.queries[i]++;
                    trail.gradients[i]++;
                    if (sweep.isFinite(i)) {
                        objective.add(sweep, cotangent, i, i);
                    } else {
                        trail.status[i] = Trail.nonFinite();
                    }
                }
                Array by = Array.of(sweep.gradient(cotangent), seen.shape());
                double[] gradient = draw.pullBack(by, here).toDoubles();
                for (int j = 0; j < sum.length; j++) {
                    sum[j] += gradient[j];
                }
            }
        }
        return sum;
    }

    private void move(int i, double[] gradient) {
        if (trail.status[i].kind() == Status.Kind.NON_FINITE) {
            return;
        }
        double length = trail.toUnits(gradient, i);
        if (length == 0 || !Double.isFinite(length)) {
            trail.status[i] = length == 0
                    ? Status.zeroGradient("the mean over all draws")
                    : Status.nonFinite("a gradient is NaN or infinite");
            return;
        }
        double[] g = Arrays.copyOfRange(gradient, i * trail.width, (i + 1) * trail.width);
        Steps.add(trail, x, i, g, steps.direction(), steps.step());
        project(i);
    }

    private void project(int i) {
        boolean boxFirst = steps.projection() == Pgd.Projection.BOX_THEN_BALL;
        if (boxFirst) {
            trail.toBox(x, i);
        }
        steps.ball().project(trail.original, x, i * trail.width, steps.epsilon(), trail.bounds);
        if (!boxFirst) {
            trail.toBox(x, i);
        }
        trail.round(x, i);
    }

    private void judge() {
        double[][] probability = new double[trail.rows][];
        Array here = LossSweep.array(trail.network, x, trail.shape());
        for (int k = 0; k < attack.judges(); k++) {
            Randomness.Draw draw = draw((long) steps.steps() * attack.samples() + k);
            Logits z = Logits.of(draw.network(), draw.apply(here));
            for (int i : trail.all()) {
                trail.queries[i]++;
                z.checked(trail.aim.classes()[i]);
                if (probability[i] == null) {
                    probability[i] = new double[z.classes()];
                }
                for (int c = 0; c < z.classes(); c++) {
                    probability[i][c] += Math.exp(-z.loss(i, c));
                }
            }
        }
        for (int i : trail.all()) {
            if (trail.status[i].kind() == Status.Kind.NON_FINITE) {
                continue;
            }
            int answer = 0;
            for (int c = 1; c < probability[i].length; c++) {
                answer = probability[i][c] > probability[i][answer] ? c : answer;
            }
            trail.take(i, x, trail.aim.reached(i, answer), answer, 0);
        }
    }
}
