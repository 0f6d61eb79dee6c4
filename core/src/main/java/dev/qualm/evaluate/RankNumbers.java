package dev.qualm.evaluate;

import dev.qualm.metric.Aupr;
import dev.qualm.metric.Auroc;
import dev.qualm.metric.Autc;
import dev.qualm.metric.ClusteredAuroc;
import dev.qualm.metric.FprAtTpr;
import dev.qualm.metric.Interval;
import dev.qualm.metric.Ranking;
import dev.qualm.metric.TprRule;
import java.util.Arrays;
import java.util.List;

/**
 * How well a detector tells positives from negatives.
 *
 * @param auroc area under the ROC curve
 * @param aurocInterval its interval, which says how it was made
 * @param auprOut average precision of the positives, with its baseline
 * @param auprIn average precision of the negatives
 * @param fpr at 95 % TPR under every rule of {@link TprRule}, in their order
 * @param fprInterval of the first
 * @param autc area under the threshold curve; its value is NaN where a score is infinite or all are equal
 */
public record RankNumbers(
        Auroc auroc,
        Interval aurocInterval,
        Aupr auprOut,
        Aupr auprIn,
        List<FprAtTpr> fpr,
        Interval fprInterval,
        Autc autc) {
    public RankNumbers {
        fpr = List.copyOf(fpr);
    }

    static RankNumbers of(Sample sample, EvaluationSettings settings) {
        Ranking ranking = Ranking.of(sample.negatives(), sample.positives());
        Auroc auroc = Auroc.of(ranking);
        List<FprAtTpr> fpr = Arrays.stream(TprRule.values())
                .map(rule -> FprAtTpr.of(ranking, FprAtTpr.USUAL, rule))
                .toList();
        return new RankNumbers(
                auroc,
                interval(sample, auroc, settings.level()),
                Aupr.out(ranking),
                Aupr.in(ranking),
                fpr,
                fpr.get(0).interval(ranking, settings.bootstrap(), settings.level()),
                Autc.of(ranking));
    }

    private static Interval interval(Sample sample, Auroc auroc, double level) {
        return sample.clustered()
                ? ClusteredAuroc.of(
                                sample.negatives(), sample.positives(), sample.negativeOwner(), sample.positiveOwner())
                        .interval(level)
                : auroc.interval(level);
    }

    /** Share of positives. */
    public double prevalence() {
        return auroc.prevalence();
    }
}
