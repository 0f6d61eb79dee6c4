package dev.qualm.evaluate.adaptive;

import dev.qualm.array.Array;
import dev.qualm.attack.Adversarial;
import dev.qualm.attack.Apgd;
import dev.qualm.attack.Attack;
import dev.qualm.attack.Ball;
import dev.qualm.attack.Box;
import dev.qualm.attack.Pgd;
import dev.qualm.network.Network;
import java.util.List;

/**
 * Attacks that do not know of the detector: PGD (Madry et al. 2018) and APGD on the DLR loss (Croce, Hein 2020), which
 * is stronger; PGD alone for two classes, which have no such loss.
 */
final class Oblivious {
    private Oblivious() {}

    static Finds on(Ground ground) {
        Finds finds = new Finds(ground);
        for (Attack attack : attacks(ground, ground.defence.network())) {
            Adversarial made = made(ground, ground.defence.network(), attack);
            Points.offer(ground, finds, made.inputs().toDoubles());
            int[] passes = made.passes();
            for (int i = 0; i < ground.n; i++) {
                finds.passes[i] += passes[i];
            }
        }
        return finds;
    }

    /**
     * Where they end on a classifier: of several points of an item one that succeeds, the strongest attack's first.
     *
     * @param passes to which those of each item are added
     */
    static double[] end(Ground ground, Network network, double[] passes) {
        double[] x = ground.original.clone();
        for (Attack attack : attacks(ground, network)) {
            Adversarial made = made(ground, network, attack);
            double[] to = made.inputs().toDoubles();
            for (int i = 0; i < ground.n; i++) {
                passes[i] += made.passes()[i];
                if (made.success()[i]) {
                    System.arraycopy(to, i * ground.width, x, i * ground.width, ground.width);
                }
            }
        }
        return x;
    }

    private static Adversarial made(Ground ground, Network network, Attack attack) {
        return attack.attack(network, ground.array(ground.original, ground.all()), ground.labels);
    }

    private static List<Attack> attacks(Ground ground, Network network) {
        LadderSettings s = ground.settings();
        Ball ball = ground.budget.ball();
        double epsilon = ground.budget.epsilon();
        Box box = ground.ladder.box();
        double step = epsilon * Math.min(1, s.search().stride() / s.search().steps());
        Attack plain = Pgd.of(ball, epsilon, step, s.search().steps(), box).withRandomStart(s.seed());
        Array one = ground.array(ground.original, new int[] {0});
        if (network.logits(one).dim(1) < 3) {
            return List.of(plain);
        }
        Attack strong = Apgd.of(Apgd.Loss.DLR, ball, epsilon, box, s.seed())
                .withSteps(s.search().steps())
                .withRestarts(1);
        return List.of(plain, strong);
    }
}
