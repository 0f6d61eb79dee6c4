package dev.qualm.evaluate;

import dev.qualm.metric.Bootstrap;
import dev.qualm.metric.Interval;
import java.util.List;

/**
 * How tables are made of scores.
 *
 * @param baseline detector that every other is compared with
 * @param level nominal coverage of intervals
 * @param replicates resamples of each bootstrap
 * @param seed of the resamples
 * @param alpha level of tests
 */
public record EvaluationSettings(String baseline, double level, int replicates, long seed, double alpha) {
    /** Against msp, 95 % intervals, 1,000 resamples. */
    public static EvaluationSettings defaults() {
        return new EvaluationSettings("msp", Interval.DEFAULT_LEVEL, 1000, 1, 0.05);
    }

    public EvaluationSettings {
        if (!(level > 0 && level < 1) || !(alpha > 0 && alpha < 1) || replicates < 1) {
            throw new EvaluationException("Expected a level and an alpha above 0 and below 1 and at least one resample,"
                    + " but found " + level + ", " + alpha + " and " + replicates);
        }
    }

    public EvaluationSettings withBaseline(String other) {
        return new EvaluationSettings(other, level, replicates, seed, alpha);
    }

    public EvaluationSettings withReplicates(int other) {
        return new EvaluationSettings(baseline, level, other, seed, alpha);
    }

    public EvaluationSettings withSeed(long other) {
        return new EvaluationSettings(baseline, level, replicates, other, alpha);
    }

    Bootstrap bootstrap() {
        return new Bootstrap(seed, replicates);
    }

    /** What the numbers of a table mean, for those who compare them with others. */
    public List<String> definitions() {
        return List.of(
                "Every score grows with distrust. Positive are the items to be caught: those of the set, or wrong predictions.",
                "Ties count one half in the AUROC and share a threshold everywhere else; undefined scores are left out and counted.",
                "AUPR is average precision, OUT of the positives and IN of the negatives; it depends on the prevalence beside it.",
                "FPR at 95 % TPR under three published rules, with the TPR that was reached.",
                "Intervals of the AUROC: DeLong on the logit scale, Obuchowski's for clusters where a set is made from the ordinary items,"
                        + " Newcombe's where there is too little for either. Others: stratified bootstrap, which takes both sides for independent.",
                "Comparisons: the same, paired on the items that both have scores of, with Holm's correction over the detectors of a set.",
                "Near, far, shifted, wrongly predicted and attacked items are never averaged with each other.");
    }
}
