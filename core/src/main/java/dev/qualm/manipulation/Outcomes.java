package dev.qualm.manipulation;

import dev.qualm.Provenance;
import dev.qualm.array.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Gathers the best attempt on each image. */
final class Outcomes {
    private final DType dtype;
    private final int[] shape;
    private final Constraint constraint;
    private final Map<String, Similarity> measures;
    private final List<Trial> best = new ArrayList<>();
    private final List<AttackOutcome> outcomes = new ArrayList<>();

    Outcomes(DType dtype, int[] shape, Constraint constraint, Map<String, Similarity> measures) {
        this.dtype = dtype;
        this.shape = shape;
        this.constraint = constraint;
        this.measures = measures;
    }

    /** Takes all attempts on one group: per attempt a trial of every image. */
    void add(List<List<Trial>> attempts) {
        for (int i = 0; i < attempts.get(0).size(); i++) {
            Trial winner = attempts.get(0).get(i);
            int evaluations = 0;
            int pullbacks = 0;
            for (List<Trial> attempt : attempts) {
                Trial trial = attempt.get(i);
                evaluations += trial.evaluations;
                pullbacks += trial.pullbacks;
                winner = trial.isBetterThan(winner) ? trial : winner;
            }
            best.add(winner);
            // The look at the original before the attack is an evaluation, too.
            outcomes.add(outcome(winner, evaluations + 1, pullbacks));
        }
    }

    private AttackOutcome outcome(Trial t, int evaluations, int pullbacks) {
        MapGoal goal = t.subject.goal();
        double[] target = goal.target();
        return new AttackOutcome(
                t.status,
                t.reason,
                t.attempt,
                t.losses.size(),
                t.subject.explained(),
                t.classKept(),
                t.history(AttackLoss.Evaluation.TOTAL),
                t.history(AttackLoss.Evaluation.MAP),
                t.history(AttackLoss.Evaluation.OUTPUT),
                t.finalLoss,
                Trial.correlation(t.heatMap, goal.original()),
                target == null ? Double.NaN : Trial.correlation(t.heatMap, target),
                target == null ? Double.NaN : Trial.correlation(goal.original(), target),
                ImageChange.of(t.subject.original(), t.image, constraint, measures, shape),
                evaluations,
                pullbacks);
    }

    AttackResult result(Provenance provenance) {
        MapGoal first = best.get(0).subject.goal();
        int[] map = first.shape();
        int[] classes = {best.get(0).logits.length};
        List<double[]> targets = new ArrayList<>();
        for (Trial t : best) {
            double[] target = t.subject.goal().target();
            if (target != null) {
                targets.add(target);
            }
        }
        return new AttackResult(
                Rows.batch(dtype, best.stream().map(t -> t.image).toList(), shape),
                Rows.batch(best.stream().map(t -> t.subject.goal().original()).toList(), map),
                targets.isEmpty() ? null : Rows.batch(targets, map),
                Rows.batch(best.stream().map(t -> t.heatMap).toList(), map),
                Rows.batch(best.stream().map(t -> t.subject.logits()).toList(), classes),
                Rows.batch(best.stream().map(t -> t.logits).toList(), classes),
                outcomes,
                provenance);
    }
}
