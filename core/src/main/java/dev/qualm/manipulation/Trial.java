package dev.qualm.manipulation;

import dev.qualm.Status;
import java.util.ArrayList;
import java.util.List;

/** One attempt on one image under way. */
final class Trial {
    final Subject subject;
    final int attempt;
    final Optimizer.State state;
    final List<double[]> losses = new ArrayList<>();

    double[] image;
    double[] heatMap;
    double[] logits;
    double finalLoss = Double.NaN;
    int evaluations;
    int pullbacks;
    Status status;
    EarlyStop.Reason reason = EarlyStop.Reason.STEPS;
    private double best = Double.POSITIVE_INFINITY;
    private int bestStep;

    Trial(Subject subject, int attempt, double[] image, Optimizer.State state) {
        this.subject = subject;
        this.attempt = attempt;
        this.image = image;
        this.state = state;
        this.heatMap = subject.goal().original();
        this.logits = subject.logits();
        this.status = subject.status();
        if (!status.isOk()) {
            reason = EarlyStop.Reason.FAILED;
        }
    }

    boolean isUnderWay() {
        return reason == EarlyStop.Reason.STEPS;
    }

    void fail(Status why) {
        status = why;
        reason = EarlyStop.Reason.FAILED;
    }

    /** Decides at a look whether this image is done. */
    void look(EarlyStop stop, boolean targeted, int step, double[] seen, double total) {
        double wanted = targeted ? correlation(seen, subject.goal().wanted()) : Double.NaN;
        double left = targeted ? Double.NaN : correlation(seen, subject.goal().original());
        if (wanted >= stop.similar() || left <= stop.dissimilar()) {
            reason = EarlyStop.Reason.REACHED;
        } else if (best - total > stop.improvement() * Math.abs(best) || Double.isInfinite(best)) {
            best = total;
            bestStep = step;
        } else if (step - bestStep >= stop.patience()) {
            reason = EarlyStop.Reason.PLATEAU;
        }
    }

    /** Whether this attempt went better than another one on the same image. */
    boolean isBetterThan(Trial other) {
        if (status.isOk() != other.status.isOk()) {
            return status.isOk();
        }
        if (classKept() != other.classKept()) {
            return classKept();
        }
        return finalLoss < other.finalLoss;
    }

    boolean classKept() {
        return Vectors.argmax(logits) == subject.predicted();
    }

    double[] history(int which) {
        return losses.stream().mapToDouble(l -> l[which]).toArray();
    }

    static double correlation(double[] a, double[] b) {
        return Similarity.pearson(Rows.one(a, a.length), Rows.one(b, b.length));
    }
}
