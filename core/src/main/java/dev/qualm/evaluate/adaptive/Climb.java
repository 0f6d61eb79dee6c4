package dev.qualm.evaluate.adaptive;

import dev.qualm.array.Array;
import dev.qualm.attack.Budget;
import dev.qualm.network.Workers;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs rungs on the items that are worth attacking, micro-batch by micro-batch, and measures what came of them. */
final class Climb {
    private final Ladder ladder;
    private final Array items;
    private final int[] labels;
    private final double[] clean;
    private final int rows;

    /** @param clean scores of all correctly classified items */
    Climb(Ladder ladder, Array items, int[] labels, double[] clean) {
        this.ladder = ladder;
        this.items = items;
        this.labels = labels;
        this.clean = clean;
        rows = labels.length == 0
                ? 1
                : ladder.defence()
                        .network()
                        .microBatch(Map.of(ladder.defence().network().input().name(), items));
    }

    private List<Finds> attempt(Rungs.Attempt attempt, Budget budget, Workers workers) {
        return workers.map((labels.length + rows - 1) / rows, part -> {
            int from = part * rows;
            int to = Math.min(labels.length, from + rows);
            return attempt.on(new Ground(
                    ladder, ladder.defence(), budget, items.slice(from, to), Arrays.copyOfRange(labels, from, to)));
        });
    }

    LadderRung run(Rungs.Rung rung, Workers workers) {
        if (rung.attempt() == null) {
            return LadderRung.absent(rung.name(), rung.note());
        }
        List<Finds> parts = labels.length == 0 ? List.of() : attempt(rung.attempt(), ladder.budget(), workers);
        return measured(rung, parts);
    }

    private LadderRung measured(Rungs.Rung rung, List<Finds> parts) {
        int n = labels.length;
        double[] x = parts.stream().flatMapToDouble(f -> Arrays.stream(f.x)).toArray();
        Array points = n == 0 ? items : Ground.array(ladder.defence().network(), x, items.shape());
        boolean[] inside = Audit.inside(ladder.defence().network(), items, points, ladder.budget(), ladder.box());
        Defence.Answers answers = ladder.defence().ask(points);
        boolean[] wrong = new boolean[n];
        boolean[] evaded = new boolean[n];
        int outside = 0;
        for (int i = 0; i < n; i++) {
            wrong[i] = inside[i] && answers.wrong(i, labels[i]);
            evaded[i] = wrong[i] && answers.passed(i);
            outside += inside[i] ? 0 : 1;
        }
        double passes =
                parts.stream().flatMapToDouble(f -> Arrays.stream(f.passes)).sum() / Math.max(1, n);
        long looks = parts.stream().mapToLong(f -> Arrays.stream(f.looks).sum()).sum();
        long blind = parts.stream().mapToLong(f -> Arrays.stream(f.blind).sum()).sum();
        return new LadderRung(
                rung.name(),
                rung.note(),
                wrong,
                evaded,
                answers.scores(),
                clean,
                passes,
                looks == 0 ? Double.NaN : blind / (double) looks,
                outside,
                points);
    }

    /** Both descents once more, with one step, with all, and with twice the budget. */
    List<LadderWarning> diagnose(Map<String, LadderRung> made, ScoreGradient slope, Workers workers) {
        int all = ladder.settings().search().steps();
        AtomicInteger stuck = new AtomicInteger();
        double one = share(attempt(g -> both(g, slope, 1), ladder.budget(), workers));
        double once = share(attempt(
                g -> {
                    Finds joint = Walk.of(g, slope, all).joint(1);
                    for (int i = 0; i < g.n; i++) {
                        stuck.addAndGet(joint.stuck(i) ? 1 : 0);
                    }
                    joint.merge(Walk.of(g, slope, all).run(Walk.Rule.ORTHOGONAL, 1));
                    return joint;
                },
                ladder.budget(),
                workers));
        Budget wide = new Budget(ladder.budget().ball(), 2 * ladder.budget().epsilon());
        double twice = share(attempt(g -> both(g, slope, all), wide, workers));
        return Diagnosis.of(made, stuck.get(), one, once, twice);
    }

    private static Finds both(Ground ground, ScoreGradient slope, int steps) {
        Finds finds = Walk.of(ground, slope, steps).joint(1);
        finds.merge(Walk.of(ground, slope, steps).run(Walk.Rule.ORTHOGONAL, 1));
        return finds;
    }

    private double share(List<Finds> parts) {
        int count = 0;
        for (Finds f : parts) {
            for (boolean e : f.evaded) {
                count += e ? 1 : 0;
            }
        }
        return (double) count / labels.length;
    }
}
