package dev.qualm.metric;

import dev.qualm.ShapeException;
import java.util.HashMap;
import java.util.Map;

/**
 * An AUROC whose cases come in clusters that are not independent inside, such as an input and what an attack made of it: with the variance of
 * Obuchowski (Biometrics 53, 1997), which holds for positives and negatives in one cluster. {@link Auroc}'s own takes all cases for
 * independent.
 *
 * @param auroc with the variance over clusters
 * @param clusters number of them, at least 2
 */
public record ClusteredAuroc(Auroc auroc, int clusters) {
    /*
     * DeLong's components as in Auroc: for each positive the share of negatives below it, for each negative the share of positives above. A
     * cluster's contribution is the sum of its positives' components less the AUROC, over the number of positives, and that of its negatives
     * likewise. The variance is C / (C - 1) times the sum of the squared contributions, which is Obuchowski's with her three terms added up.
     * Contributions of two scores are subtracted before squaring to compare them.
     */

    /**
     * From scores.
     *
     * @param negatives scores of the cases to be trusted
     * @param positives scores of the cases to be caught
     * @param negativeCluster cluster of each negative, any numbers
     * @param positiveCluster cluster of each positive
     * @throws MetricException if a class is empty, a score is NaN, or there is one cluster only
     */
    public static ClusteredAuroc of(
            double[] negatives, double[] positives, int[] negativeCluster, int[] positiveCluster) {
        Clusters clusters = Clusters.of(negativeCluster, positiveCluster);
        Auroc plain = Auroc.of(negatives, positives);
        double[] own = clusters.contributions(negatives, positives, plain.value());
        return new ClusteredAuroc(with(plain, clusters.variance(own)), clusters.count);
    }

    private static Auroc with(Auroc plain, double variance) {
        return new Auroc(plain.value(), plain.negatives(), plain.positives(), variance);
    }

    /**
     * Compares two scores of the same cases.
     *
     * @param firstNegatives first score of each negative
     * @param firstPositives first score of each positive
     * @param secondNegatives second score of each negative, same order
     * @param secondPositives second score of each positive, same order
     */
    public static AurocDifference difference(
            double[] firstNegatives,
            double[] firstPositives,
            double[] secondNegatives,
            double[] secondPositives,
            int[] negativeCluster,
            int[] positiveCluster) {
        Clusters clusters = Clusters.of(negativeCluster, positiveCluster);
        Auroc first = Auroc.of(firstNegatives, firstPositives);
        Auroc second = Auroc.of(secondNegatives, secondPositives);
        double[] a = clusters.contributions(firstNegatives, firstPositives, first.value());
        double[] b = clusters.contributions(secondNegatives, secondPositives, second.value());
        double[] moved = new double[a.length];
        for (int c = 0; c < a.length; c++) {
            moved[c] = a[c] - b[c];
        }
        return new AurocDifference(
                with(first, clusters.variance(a)), with(second, clusters.variance(b)), clusters.variance(moved));
    }

    /** As {@link Auroc#interval(double)}: on the logit scale where there is enough to stand on, else Newcombe's. */
    public Interval interval(double level) {
        Interval i = auroc.interval(level);
        return i.method().startsWith("DeLong")
                ? new Interval(i.low(), i.high(), i.level(), "Obuchowski's clusters on the logit scale")
                : i;
    }

    private record Clusters(int[] negative, int[] positive, int count) {
        static Clusters of(int[] negative, int[] positive) {
            Map<Integer, Integer> numbers = new HashMap<>();
            int[] n = numbered(negative, numbers);
            int[] p = numbered(positive, numbers);
            if (numbers.size() < 2) {
                throw new MetricException("Expected at least 2 clusters to tell how much they vary, but found "
                        + numbers.size() + "; take the cases for independent with Auroc, or give more");
            }
            return new Clusters(n, p, numbers.size());
        }

        private static int[] numbered(int[] clusters, Map<Integer, Integer> numbers) {
            int[] out = new int[clusters.length];
            for (int i = 0; i < out.length; i++) {
                Integer known = numbers.putIfAbsent(clusters[i], numbers.size());
                out[i] = known == null ? numbers.size() - 1 : known;
            }
            return out;
        }

        double[] contributions(double[] negatives, double[] positives, double value) {
            if (negatives.length != negative.length || positives.length != positive.length) {
                throw new ShapeException("Expected a cluster for each of " + negatives.length + " negatives and "
                        + positives.length + " positives, but found " + negative.length + " and " + positive.length);
            }
            double[] sortedNegatives = Ranking.sorted("negative", negatives);
            double[] sortedPositives = Ranking.sorted("positive", positives);
            double[] out = new double[count];
            for (int i = 0; i < positives.length; i++) {
                out[positive[i]] += (below(sortedNegatives, positives[i]) - value) / positives.length;
            }
            for (int i = 0; i < negatives.length; i++) {
                out[negative[i]] += (1 - below(sortedPositives, negatives[i]) - value) / negatives.length;
            }
            return out;
        }

        /** Share of others below a score, ties one half. */
        private static double below(double[] sorted, double score) {
            return (Ranking.countBelow(sorted, score, false) + (double) Ranking.countBelow(sorted, score, true))
                    / (2.0 * sorted.length);
        }

        double variance(double[] contributions) {
            double sum = 0;
            for (double c : contributions) {
                sum += c * c;
            }
            return sum * count / (count - 1.0);
        }
    }
}
