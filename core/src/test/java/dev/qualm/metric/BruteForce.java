package dev.qualm.metric;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.DoublePredicate;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Definitions of the ranking and selective metrics, as slow and obvious as they come. */
final class BruteForce {
    private BruteForce() {}

    static double auroc(Cases c) {
        double sum = 0;
        for (double p : c.positives()) {
            for (double n : c.negatives()) {
                sum += p > n ? 1 : p == n ? 0.5 : 0;
            }
        }
        return sum / c.positives().length / c.negatives().length;
    }

    static double delongVariance(Cases c) {
        double[] pos = AurocTest.components(c.positives(), c.negatives());
        double[] neg = AurocTest.components(c.negatives(), c.positives());
        return pos.length < 2 || neg.length < 2
                ? Double.NaN
                : AurocTest.variance(pos) / pos.length + AurocTest.variance(neg) / neg.length;
    }

    /** All thresholds that occur, the largest first. */
    private static double[] descending(Cases c) {
        double[] ascending = thresholds(c);
        return IntStream.range(0, ascending.length)
                .mapToDouble(i -> ascending[ascending.length - 1 - i])
                .toArray();
    }

    private static double[] thresholds(Cases c) {
        return Arrays.stream(c.scores()).map(s -> s + 0.0).distinct().sorted().toArray();
    }

    private static double count(double[] scores, DoublePredicate test) {
        return Arrays.stream(scores).filter(test).count();
    }

    private static double share(double[] scores, DoublePredicate test) {
        return count(scores, test) / scores.length;
    }

    /** Average precision, or the trapezoid from (0, 1), of the positives. */
    static double averagePrecision(Cases c, boolean trapezoid) {
        double sum = 0;
        double lastRecall = 0;
        double lastPrecision = 1;
        for (double t : descending(c)) {
            double hits = count(c.positives(), s -> s >= t);
            double recall = hits / c.positives().length;
            double precision = hits / (hits + count(c.negatives(), s -> s >= t));
            sum += (recall - lastRecall) * (trapezoid ? (precision + lastPrecision) / 2 : precision);
            lastRecall = recall;
            lastPrecision = precision;
        }
        return sum;
    }

    static double fprAtLeast(Cases c, double wanted) {
        for (double t : descending(c)) {
            if (share(c.positives(), s -> s >= t) >= wanted) {
                return share(c.negatives(), s -> s >= t);
            }
        }
        throw new AssertionError("the smallest threshold catches all");
    }

    /**
     * Distances in units of 1/(100 n); ties go to more caught, then to the lowest threshold but at all caught the
     * highest.
     */
    static double fprNearest(Cases c) {
        long n = c.positives().length;
        long best = Long.MAX_VALUE;
        double found = Double.NaN;
        double[] ascending = thresholds(c);
        for (double t : DoubleStream.concat(Arrays.stream(ascending), DoubleStream.of(Double.NaN))
                .toArray()) {
            long caught = (long) count(c.positives(), s -> s >= t);
            long distance = Math.abs(100 * caught - 95 * n);
            if (distance < best || (distance == best && caught == n)) {
                best = distance;
                found = share(c.negatives(), s -> s >= t);
            }
        }
        return found;
    }

    /** In scores divided by 16, so that no difference of finite scores overflows. */
    static double autc(Cases c) {
        double low = Arrays.stream(c.scores()).min().orElseThrow() / 16;
        double range = Arrays.stream(c.scores()).max().orElseThrow() / 16 - low;
        if (thresholds(c).length == 1 || Double.isInfinite(range) || Double.isNaN(range)) {
            return Double.NaN;
        }
        if (range < Double.MIN_NORMAL) {
            // Dividing so small numbers would round them: multiply instead.
            return autc(
                    new Cases(Arrays.stream(c.scores()).map(s -> s * 0x1p1000).toArray(), c.positive(), c.right()));
        }
        double negatives = Arrays.stream(c.negatives())
                .map(s -> (s / 16 - low) / range)
                .average()
                .orElseThrow();
        double positives = Arrays.stream(c.positives())
                .map(s -> 1 - (s / 16 - low) / range)
                .average()
                .orElseThrow();
        return (negatives + positives) / 2;
    }

    static double ccr(Cases c, double limit) {
        double best = 0;
        for (double t : thresholds(c)) {
            if (share(c.positives(), s -> s <= t) <= limit) {
                double hits = IntStream.range(0, c.n())
                        .filter(i -> !c.positive()[i] && c.right()[i] && c.scores()[i] <= t)
                        .count();
                best = Math.max(best, hits / c.negatives().length);
            }
        }
        return best;
    }

    /** For each k the chance of each case to be among the k most trusted, if ties are broken by lot. */
    static double aurc(Cases c) {
        double sum = 0;
        for (int k = 1; k <= c.n(); k++) {
            double errors = 0;
            for (double s : c.positives()) {
                double before = count(c.scores(), o -> o < s);
                double tied = count(c.scores(), o -> o == s);
                errors += Math.max(0, Math.min(1, (k - before) / tied));
            }
            sum += errors / k / c.n();
        }
        return sum;
    }

    static double leastAurc(Cases c) {
        int wrong = c.positives().length;
        return IntStream.rangeClosed(1, c.n())
                .mapToDouble(k -> Math.max(0, k - (c.n() - wrong)) / (double) k / c.n())
                .sum();
    }

    /** Area under (generalised) risk over coverage, straight lines between thresholds. */
    static double trapezoid(Cases c, boolean generalised) {
        double sum = 0;
        double lastCoverage = 0;
        double lastRisk = Double.NaN;
        for (double t : thresholds(c)) {
            double coverage = share(c.scores(), s -> s <= t);
            double errors = count(c.positives(), s -> s <= t);
            double risk = generalised ? errors / c.n() : errors / count(c.scores(), s -> s <= t);
            double before = Double.isNaN(lastRisk) ? (generalised ? 0 : risk) : lastRisk;
            sum += (coverage - lastCoverage) * (risk + before) / 2;
            lastCoverage = coverage;
            lastRisk = risk;
        }
        return sum;
    }

    static double coverageAtRisk(Cases c, double level) {
        return Arrays.stream(thresholds(c))
                .filter(t -> count(c.positives(), s -> s <= t) / count(c.scores(), s -> s <= t) <= level)
                .map(t -> share(c.scores(), s -> s <= t))
                .max()
                .orElse(0);
    }

    static double riskAtCoverage(Cases c, double level) {
        for (double t : thresholds(c)) {
            if (share(c.scores(), s -> s <= t) >= level) {
                return count(c.positives(), s -> s <= t) / count(c.scores(), s -> s <= t);
            }
        }
        throw new AssertionError("the largest threshold keeps all");
    }

    /** 0: mean prefix risk; 1: its trapezoid over 1/n..1, normalised; 2: the same of the generalised risk. */
    static double prefixes(Cases c, int what) {
        List<Integer> order = IntStream.range(0, c.n())
                .boxed()
                .sorted(Comparator.comparingDouble(i -> c.scores()[i] + 0.0))
                .toList();
        double[] risk = new double[c.n()];
        double errors = 0;
        for (int k = 0; k < c.n(); k++) {
            errors += c.positive()[order.get(k)] ? 1 : 0;
            risk[k] = errors / (what == 2 ? c.n() : k + 1);
        }
        double sum = Arrays.stream(risk).sum();
        return what == 0 ? sum / c.n() : (sum - risk[0] / 2 - risk[c.n() - 1] / 2) / (c.n() - 1);
    }
}
