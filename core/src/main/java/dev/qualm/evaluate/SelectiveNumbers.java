package dev.qualm.evaluate;

import dev.qualm.metric.Augrc;
import dev.qualm.metric.Aurc;
import dev.qualm.metric.ExcessAurc;
import dev.qualm.metric.RiskAtCoverage;
import dev.qualm.metric.RiskCoverage;
import dev.qualm.metric.SelectiveMetric;
import dev.qualm.metric.SelectiveValue;

/**
 * What a detector is worth for answering only where it trusts.
 *
 * @param accuracy of the model on the items with a score
 * @param aurc area under the risk-coverage curve
 * @param excess AURC above the least possible
 * @param augrc area under the generalised risk-coverage curve
 * @param risk share of wrong predictions among the most trusted 80 %
 */
public record SelectiveNumbers(
        double accuracy, SelectiveValue aurc, SelectiveValue excess, SelectiveValue augrc, SelectiveValue risk) {
    /** Share of predictions kept for {@link #risk}. */
    public static final double COVERAGE = 0.8;

    static SelectiveNumbers of(Sample sample, EvaluationSettings settings) {
        int n = sample.negatives().length;
        double[] scores = new double[n + sample.positives().length];
        boolean[] wrong = new boolean[scores.length];
        for (int i = 0; i < scores.length; i++) {
            wrong[i] = i >= n;
            scores[i] = wrong[i] ? sample.positives()[i - n] : sample.negatives()[i];
        }
        RiskCoverage curve = RiskCoverage.of(scores, wrong);
        return new SelectiveNumbers(
                1 - curve.errorRate(),
                measured(new Aurc(), curve, settings),
                measured(new ExcessAurc(), curve, settings),
                measured(new Augrc(), curve, settings),
                measured(new RiskAtCoverage(COVERAGE), curve, settings));
    }

    private static SelectiveValue measured(SelectiveMetric metric, RiskCoverage curve, EvaluationSettings settings) {
        return metric.measure(curve, settings.bootstrap(), settings.level());
    }
}
