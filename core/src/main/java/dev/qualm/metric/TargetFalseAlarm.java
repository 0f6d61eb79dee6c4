package dev.qualm.metric;

/**
 * The lowest threshold that flags at most the given share of the negatives at hand. It promises nothing about new negatives:
 * that takes a conformal quantile, which is a little higher.
 *
 * @param rate largest share of negatives flagged, from 0 to below 1
 */
public record TargetFalseAlarm(double rate) implements ThresholdRule {
    public TargetFalseAlarm {
        if (!(rate >= 0 && rate < 1)) {
            throw new MetricException("Expected a rate of false alarms from 0 to below 1, but found " + rate);
        }
    }

    @Override
    public Threshold choose(Ranking ranking) {
        int last = -1;
        while (last + 1 < ranking.blocks()
                && ranking.flaggedNegatives(last + 1) / (double) ranking.negatives() <= rate) {
            last++;
        }
        return Threshold.at(ranking, last, "false alarms at most " + rate);
    }
}
