package dev.qualm.manipulation;

import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.attribution.DifferentiableMaps;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;

/** The loop of an attack over a group of images. */
final class AttackRun {
    private final ExplanationAttack attack;
    private final DoubleFunction<DifferentiableMaps> maps;
    private final DType dtype;
    private final int[] shape;
    private final AttackStep.Observer observer;

    AttackRun(
            ExplanationAttack attack,
            DoubleFunction<DifferentiableMaps> maps,
            DType dtype,
            int[] shape,
            AttackStep.Observer observer) {
        this.attack = attack;
        this.maps = maps;
        this.dtype = dtype;
        this.shape = shape;
        this.observer = observer;
    }

    /** One attempt on each image, from its start to its final look. */
    List<Trial> attempt(List<Subject> subjects, int attempt, boolean mayRefuse) {
        List<Trial> trials = new ArrayList<>();
        for (Subject s : subjects) {
            trials.add(start(s, attempt));
        }
        List<Trial> active = underWay(trials);
        for (int step = 0; step < attack.descent().steps() && !active.isEmpty(); step++) {
            if (step > 0 && step % EarlyStop.EVERY == 0 && !attack.stop().isOff()) {
                look(active, step);
                active = underWay(active);
            }
            if (!active.isEmpty()) {
                step(active, attempt, step, step == 0 && attempt == 0, mayRefuse);
                active = underWay(active);
            }
        }
        finish(trials.stream().filter(t -> t.subject.status().isOk()).toList());
        return trials;
    }

    private Trial start(Subject s, int attempt) {
        Descent descent = attack.descent();
        boolean aside = attack.loss().map().isStationaryAtOriginal();
        double[] image = s.original().clone();
        if (s.status().isOk() && (attempt > 0 || aside)) {
            image = attack.starts().at(attempt, aside, s.row(), image, descent.constraint(), shape);
            Rows.round(dtype, image);
        }
        return new Trial(s, attempt, image, descent.optimizer().start(image.length));
    }

    private static List<Trial> underWay(List<Trial> trials) {
        return trials.stream().filter(Trial::isUnderWay).toList();
    }

    private void step(List<Trial> active, int attempt, int step, boolean probe, boolean mayRefuse) {
        Descent descent = attack.descent();
        double beta = attack.betas().at(step, descent.steps());
        Array batch = batch(active);
        try (DifferentiableMaps.Point point = maps.apply(beta).at(batch, classes(active))) {
            Points.require(point, active.size());
            if (probe) {
                Probe.derivative(point, batch, active, attack.starts().seed(), beta, mayRefuse);
            }
            AttackLoss.Evaluation found = evaluate(point, active);
            Array held = attack.loss().output().factor() > 0 ? found.logitCotangents() : null;
            Array gradient = Points.pullback(point, batch, found.mapCotangents(), held);
            double rate =
                    descent.optimizer().learningRate() * descent.schedule().factor(step, descent.steps());
            for (int i = 0; i < active.size(); i++) {
                active.get(i).pullbacks++;
                move(active.get(i), found.status().get(i), found.losses()[i], Rows.row(gradient, i), rate, step);
            }
            observer.step(observed(active, attempt, step, beta, found));
        }
    }

    private void move(Trial trial, Status status, double[] losses, double[] gradient, double rate, int step) {
        if (!trial.isUnderWay()) {
            return;
        }
        if (!status.isOk() || !Vectors.isFinite(gradient)) {
            String what = status.isOk() ? "the loss has a gradient with NaN or infinity" : status.detail();
            Status.Kind kind = status.isOk() ? Status.Kind.NON_FINITE : status.kind();
            trial.fail(new Status(kind, "at step " + step + ": " + what));
            return;
        }
        trial.losses.add(losses);
        double[] moved = trial.image.clone();
        trial.state.step(moved, gradient, rate);
        double[] allowed = attack.descent().constraint().project(moved, trial.subject.original(), shape);
        Rows.round(dtype, allowed);
        trial.image = allowed;
    }

    /** Maps of the network that the attack is aimed at, to decide who is done. */
    private void look(List<Trial> active, int step) {
        AttackLoss.Evaluation seen = aim(active);
        for (int i = 0; i < active.size(); i++) {
            if (seen.status().get(i).isOk()) {
                double total = seen.loss(i, AttackLoss.Evaluation.TOTAL);
                active.get(i)
                        .look(
                                attack.stop(),
                                attack.loss().map().isTargeted(),
                                step,
                                seen.heatMaps().get(i),
                                total);
            }
        }
    }

    private void finish(List<Trial> trials) {
        if (trials.isEmpty()) {
            return;
        }
        AttackLoss.Evaluation seen = aim(trials);
        for (int i = 0; i < trials.size(); i++) {
            Trial trial = trials.get(i);
            trial.heatMap = seen.heatMaps().get(i);
            if (seen.status().get(i).isOk()) {
                trial.finalLoss = seen.loss(i, AttackLoss.Evaluation.TOTAL);
            } else if (trial.status.isOk()) {
                Status why = seen.status().get(i);
                trial.fail(new Status(why.kind(), "after the last step: " + why.detail()));
            }
        }
    }

    private AttackLoss.Evaluation aim(List<Trial> trials) {
        try (DifferentiableMaps.Point point =
                maps.apply(attack.betas().reference()).at(batch(trials), classes(trials))) {
            Points.require(point, trials.size());
            for (int i = 0; i < trials.size(); i++) {
                trials.get(i).logits = Rows.row(point.logits(), i);
            }
            return evaluate(point, trials);
        }
    }

    private AttackLoss.Evaluation evaluate(DifferentiableMaps.Point point, List<Trial> trials) {
        trials.forEach(t -> t.evaluations++);
        return attack.loss()
                .at(
                        point.maps(),
                        point.logits(),
                        trials.stream().map(t -> t.subject.goal()).toList(),
                        trials.stream().map(t -> t.subject.logits()).toList());
    }

    private Array batch(List<Trial> trials) {
        return Rows.batch(dtype, trials.stream().map(t -> t.image).toList(), shape);
    }

    private static int[] classes(List<Trial> trials) {
        return trials.stream().mapToInt(t -> t.subject.explained()).toArray();
    }

    private AttackStep observed(List<Trial> active, int attempt, int step, double beta, AttackLoss.Evaluation found) {
        return new AttackStep(
                attempt,
                step,
                beta,
                active.stream().mapToInt(t -> t.subject.row()).toArray(),
                batch(active),
                losses(found, AttackLoss.Evaluation.TOTAL),
                losses(found, AttackLoss.Evaluation.MAP),
                losses(found, AttackLoss.Evaluation.OUTPUT));
    }

    private static double[] losses(AttackLoss.Evaluation found, int which) {
        return java.util.Arrays.stream(found.losses())
                .mapToDouble(l -> l[which])
                .toArray();
    }
}
