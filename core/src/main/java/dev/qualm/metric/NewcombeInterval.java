package dev.qualm.metric;

import java.util.function.DoublePredicate;

/** The score interval of an AUROC that needs no estimated variance. */
final class NewcombeInterval {
    private NewcombeInterval() {}

    /*
     * Newcombe, "Confidence intervals for an effect size measure based on the Mann-Whitney statistic. Part 2",
     * Statistics in Medicine 25 (2006), method 5: all t with |a - t| <= z sqrt(V(t)), where V is Hanley and McNeil's
     * (1982) variance of two exponential samples with both class sizes replaced by their mean in the bracket:
     *   V(t) = t (1 - t) [1 + (N - 1) ((1 - t)/(2 - t) + t/(1 + t))] / (m n),   N = (m + n)/2.
     * With one case in each class it is Wilson's interval for one trial.
     */
    static Interval of(double auroc, int negatives, int positives, double level) {
        MetricException.requireLevel("confidence level", level);
        double z = Normal.twoSided(level);
        double bracket = (negatives / 2.0 + positives / 2.0) - 1;
        double pairs = (double) negatives * positives;
        DoublePredicate inside = t -> {
            double v = t * (1 - t) * (1 + bracket * ((1 - t) / (2 - t) + t / (1 + t))) / pairs;
            return (auroc - t) * (auroc - t) <= z * z * v;
        };
        double low = auroc == 0 ? 0 : Roots.bisect(inside, auroc, 0);
        double high = auroc == 1 ? 1 : Roots.bisect(inside, auroc, 1);
        return new Interval(low, high, level, "Newcombe's score interval");
    }
}
