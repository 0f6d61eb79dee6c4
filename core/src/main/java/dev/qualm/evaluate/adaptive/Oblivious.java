package dev.qualm.evaluate.adaptive;

import dev.qualm.attack.Adversarial;
import dev.qualm.attack.Apgd;
import dev.qualm.attack.Attack;
import dev.qualm.attack.Ball;
import dev.qualm.attack.Box;
import dev.qualm.attack.Pgd;
import java.util.List;

/**
 * Attacks that do not know of the detector: PGD (Madry et al. 2018) and APGD on the DLR loss (Croce, Hein 2020), which is stronger; PGD alone for
 * two classes, which have no such loss.
 */
final class Oblivious {
    private Oblivious() {}

    static Finds on(Ground ground) {
        LadderSettings s = ground.settings();
        Ball ball = ground.budget.ball();
        double epsilon = ground.budget.epsilon();
        Box box = ground.ladder.box();
        double step = epsilon * Math.min(1, s.stride() / s.steps());
        Attack plain = Pgd.of(ball, epsilon, step, s.steps(), box).withRandomStart(s.seed());
        Attack strong =
                Apgd.of(Apgd.Loss.DLR, ball, epsilon, box, s.seed()).withSteps(s.steps()).withRestarts(1);
        boolean three = ground.defence.ask(ground.array(ground.original, new int[] {0})).logits()[0].length > 2;
        Finds finds = new Finds(ground);
        for (Attack attack : three ? List.of(plain, strong) : List.of(plain)) {
            Adversarial made = attack.attack(
                    ground.defence.network(), ground.array(ground.original, ground.all()), ground.labels);
            Points.offer(ground, finds, made.inputs().toDoubles());
            int[] passes = made.passes();
            for (int i = 0; i < ground.n; i++) {
                finds.passes[i] += passes[i];
            }
        }
        return finds;
    }
}
