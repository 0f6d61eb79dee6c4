package dev.qualm.metric;

import java.util.Locale;

/**
 * Area under the precision-recall curve as average precision: the sum of (R_i - R_{i-1}) P_i over distinct thresholds,
 * which does not interpolate (Davis and Goadrich, ICML 2006, on why one must not). Depends on the class ratio: a random
 * score gets about the {@link #baseline}, so values from sets of another ratio cannot be compared.
 *
 * @param value average precision
 * @param trapezoid the same curve joined by straight lines from (0, 1), as OpenOOD and pytorch-ood report it;
 *     optimistic under ties, given for comparison with their tables only
 * @param target which class is to be retrieved
 * @param negatives number of cases to be trusted
 * @param positives number of cases to be caught
 */
public record Aupr(double value, double trapezoid, Target target, int negatives, int positives) implements RankMetric {
    /** The class whose precision and recall are meant. */
    public enum Target {
        /** The positives, found by large scores: "AUPR-OUT". */
        OUT,
        /** The negatives, found by small scores: "AUPR-IN". */
        IN
    }

    /** The positives found by large scores ("AUPR-OUT"). */
    public static Aupr out(Ranking ranking) {
        return of(ranking, Target.OUT, ranking.negatives(), ranking.positives());
    }

    /** The negatives found by small scores ("AUPR-IN"). */
    public static Aupr in(Ranking ranking) {
        return of(ranking.reversed(), Target.IN, ranking.negatives(), ranking.positives());
    }

    private static Aupr of(Ranking r, Target target, int negatives, int positives) {
        double average = 0;
        double trapezoid = 0;
        double lastPrecision = 1;
        for (int b = 0; b < r.blocks(); b++) {
            int hits = r.flaggedPositives(b);
            double precision = hits / ((double) hits + r.flaggedNegatives(b));
            double step = (hits - r.flaggedPositives(b - 1)) / (double) r.positives();
            average += step * precision;
            trapezoid += step * (precision + lastPrecision) / 2;
            lastPrecision = precision;
        }
        return new Aupr(Math.min(1, average), Math.min(1, trapezoid), target, negatives, positives);
    }

    /** Share of the target class among all cases: what a score without information reaches. */
    public double baseline() {
        return target == Target.OUT ? prevalence() : 1 - prevalence();
    }

    /** The 95% stratified bootstrap interval; valid at the class ratio of the data. */
    public Interval interval(Ranking ranking, Bootstrap bootstrap) {
        return bootstrap.interval(ranking, r -> (target == Target.OUT ? out(r) : in(r)).value, Interval.DEFAULT_LEVEL);
    }

    @Override
    public String positiveClass() {
        return target == Target.OUT ? "the cases to be caught" : "the cases to be trusted";
    }

    @Override
    public String tieRule() {
        return "tied cases are retrieved together";
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "AUPR-%s %.4f (baseline %.4f); %d positives, %d negatives; %s",
                target,
                value,
                baseline(),
                positives,
                negatives,
                tieRule());
    }
}
