package dev.qualm.evaluate.adaptive;

import dev.qualm.array.Array;
import java.util.List;

/**
 * Adversarial examples against something else, shown to the defence once. They count as done there where the
 * surrogate's score is no larger than that of the unchanged item, which needs no calibration of it.
 */
record Transfer(Ladder ladder, List<Surrogate> surrogates) {
    Finds on(Ground ground) {
        Finds finds = new Finds(ground);
        for (Surrogate surrogate : surrogates) {
            Defence other = new Defence(surrogate.network(), surrogate.score(), Double.POSITIVE_INFINITY);
            Array items = ground.array(ground.original, ground.all());
            double[] clean = other.ask(items).scores();
            Ladder against = new Ladder(other, ladder.budget(), ladder.box(), ladder.settings());
            ScoreGradient slope = KnownGradients.find(against).direct();
            Finds there = new Walk(
                            ground,
                            other,
                            slope,
                            clean,
                            ground.settings().search().steps())
                    .run(Walk.Rule.ORTHOGONAL, ground.settings().search().restarts());
            Points.offer(ground, finds, there.x);
            for (int i = 0; i < ground.n; i++) {
                finds.passes[i] += there.passes[i];
            }
        }
        return finds;
    }
}
