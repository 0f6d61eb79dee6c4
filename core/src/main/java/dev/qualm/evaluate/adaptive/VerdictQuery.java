package dev.qualm.evaluate.adaptive;

import dev.qualm.attack.BoundaryWalk;
import dev.qualm.attack.HopSkipJump;
import org.jspecify.annotations.Nullable;

/**
 * Sees verdicts only: whether a point is misclassified and raises no alarm. HopSkipJump (Chen, Jordan, Wainwright, S&P
 * 2020) around the set of such points, from items of other classes that raise none. What evades here evades whatever
 * the gradients say.
 */
record VerdictQuery(Donors donors) {
    /** Why it cannot be used, or null. */
    static @Nullable String refusal(Ladder ladder) {
        if (!Rungs.walks(ladder.budget().ball())) {
            return "HopSkipJump knows the norms linf and l2 only";
        }
        for (int c = 0; c < ladder.box().low().length; c++) {
            if (Double.isInfinite(ladder.box().high()[c] - ladder.box().low()[c])) {
                return "the box has no bounds to draw starting points from";
            }
        }
        return null;
    }

    Finds on(Ground ground) {
        Finds finds = new Finds(ground);
        LadderSettings s = ground.settings();
        HopSkipJump how = new HopSkipJump(
                ground.budget.ball(), s.queries().most(), s.queries().samples(), ground.ladder.box(), s.seed());
        double[] x = ground.original.clone();
        for (int i = 0; i < ground.n; i++) {
            int item = i;
            BoundaryWalk walk = new BoundaryWalk(
                    how, ground.bounds, ground.item(i), ground.budget.epsilon(), p -> reached(ground, finds, item, p));
            double[] found = walk.run(donors.starts(ground, i));
            if (found != null) {
                System.arraycopy(found, 0, x, i * ground.width, ground.width);
                ground.project(x, i);
            }
        }
        Points.offer(ground, finds, x);
        return finds;
    }

    private static boolean[] reached(Ground ground, Finds finds, int item, double[][] points) {
        Defence.Answers answers = ground.defence.ask(ground.points(points));
        boolean[] out = new boolean[points.length];
        for (int k = 0; k < out.length; k++) {
            out[k] = answers.wrong(k, ground.labels[item]) && answers.passed(k);
        }
        finds.passes[item] += points.length * ground.defence.score().passes(answers.logits()[0].length);
        return out;
    }
}
