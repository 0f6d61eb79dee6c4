package dev.qualm.cli.demo;

import dev.qualm.metric.Auroc;
import dev.qualm.metric.Bootstrap;
import dev.qualm.metric.FprAtTpr;
import dev.qualm.metric.Interval;
import dev.qualm.metric.Ranking;
import dev.qualm.report.Estimate;
import dev.qualm.report.ScoreRow;
import java.util.Arrays;

/** How well one score tells one set from the ordinary images. */
final class Comparison {
    private Comparison() {}

    /**
     * @param ordinary scores that should be low
     * @param unusual scores that should be high; undefined ones (NaN) are counted and left out
     * @param bootstrap for the interval of the FPR
     */
    static ScoreRow.Cell cell(String dataset, double[] ordinary, double[] unusual, Bootstrap bootstrap) {
        double[] low = defined(ordinary);
        double[] high = defined(unusual);
        int undefined = unusual.length - high.length;
        if (low.length == 0 || high.length == 0) {
            String reason = "undefined for every image";
            return new ScoreRow.Cell(dataset, Estimate.missing(reason), Estimate.missing(reason), undefined);
        }
        Ranking ranking = Ranking.of(low, high);
        Auroc auroc = Auroc.of(ranking);
        Interval a = auroc.interval();
        FprAtTpr fpr = FprAtTpr.of(ranking);
        Interval f = fpr.interval(ranking, bootstrap);
        return new ScoreRow.Cell(
                dataset,
                Estimate.of(auroc.value(), a.low(), a.high()),
                Estimate.of(fpr.value(), f.low(), f.high()),
                undefined);
    }

    static double[] defined(double[] scores) {
        return Arrays.stream(scores).filter(v -> !Double.isNaN(v)).toArray();
    }
}
