package dev.qualm.metric;

import dev.qualm.ShapeException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Selective prediction: what share of the predictions is kept (coverage) and how many of the kept ones are wrong
 * (risk), as the most doubted are left out first (El-Yaniv and Wiener, JMLR 11, 2010). Immutable; sorts once.
 *
 * <p>Predictions with equal scores are kept or left out together; numbers that average over prefixes are expectations
 * over a random order inside ties, so that none of them depends on the order of the input.
 */
public final class RiskCoverage {
    /* Blocks of equal score, most trusted first; counts are cumulative. */
    private final double[] scores;
    private final int[] kept;
    private final int[] errors;

    private RiskCoverage(double[] scores, int[] kept, int[] errors) {
        this.scores = scores;
        this.kept = kept;
        this.errors = errors;
    }

    /**
     * A threshold and what it keeps.
     *
     * @param threshold predictions with a score at most this are kept
     * @param kept number of predictions kept, at least 1
     * @param errors number of wrong ones among them
     * @param n number of all predictions
     */
    public record Point(double threshold, int kept, int errors, int n) {
        public double coverage() {
            return kept / (double) n;
        }

        /** Wrong among kept. */
        public double risk() {
            return errors / (double) kept;
        }
    }

    /**
     * From scores.
     *
     * @param scores larger = less trustworthy; infinities allowed
     * @param wrong whether the prediction is wrong, one a score
     * @throws ShapeException if the lengths differ
     * @throws MetricException if there is no score or a score is NaN
     */
    public static RiskCoverage of(double[] scores, boolean[] wrong) {
        double[] blocks = Ranking.sorted("scored", scores);
        int distinct = 0;
        for (int i = 0; i < blocks.length; i++) {
            if (i == 0 || blocks[i] != blocks[i - 1]) {
                blocks[distinct++] = blocks[i];
            }
        }
        blocks = Arrays.copyOf(blocks, distinct);
        if (wrong.length != scores.length) {
            throw new ShapeException(
                    "Expected one mark for each of " + scores.length + " scores, but found " + wrong.length);
        }
        int[] members = new int[distinct];
        int[] errors = new int[distinct];
        for (int i = 0; i < scores.length; i++) {
            int b = blockOf(blocks, scores[i]);
            members[b]++;
            errors[b] += wrong[i] ? 1 : 0;
        }
        return cumulated(blocks, members, errors);
    }

    /** From class probabilities, by the largest of each row. */
    public static RiskCoverage of(TopLabel top) {
        double[] scores = new double[top.n()];
        boolean[] wrong = new boolean[top.n()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = -top.confidence(i);
            wrong[i] = !top.correct(i);
        }
        return of(scores, wrong);
    }

    private static int blockOf(double[] blocks, double score) {
        return Ranking.countBelow(blocks, score, false);
    }

    private static RiskCoverage cumulated(double[] scores, int[] members, int[] errors) {
        double[] s = new double[scores.length];
        int[] k = new int[scores.length];
        int[] e = new int[scores.length];
        int blocks = 0;
        int sumKept = 0;
        int sumErrors = 0;
        for (int b = 0; b < scores.length; b++) {
            if (members[b] > 0) {
                sumKept += members[b];
                sumErrors += errors[b];
                s[blocks] = scores[b];
                k[blocks] = sumKept;
                e[blocks++] = sumErrors;
            }
        }
        return new RiskCoverage(Arrays.copyOf(s, blocks), Arrays.copyOf(k, blocks), Arrays.copyOf(e, blocks));
    }

    /** Number of predictions. */
    public int n() {
        return kept[kept.length - 1];
    }

    /** Number of wrong predictions. */
    public int wrong() {
        return errors[errors.length - 1];
    }

    /** Share of wrong predictions: the risk at full coverage. */
    public double errorRate() {
        return wrong() / (double) n();
    }

    /** The curve: one point for each distinct score, from the smallest coverage to 1. */
    public List<Point> curve() {
        return IntStream.range(0, scores.length).mapToObj(this::point).toList();
    }

    private Point point(int b) {
        return new Point(scores[b], kept[b], errors[b], n());
    }

    /**
     * Area under the risk-coverage curve (Geifman, Uziel and El-Yaniv, ICLR 2019): the mean, over k = 1..n, of the risk
     * of the k most trusted. Smaller is better.
     */
    public double aurc() {
        double sum = 0;
        for (int b = 0; b < scores.length; b++) {
            int k0 = b == 0 ? 0 : kept[b - 1];
            int e0 = b == 0 ? 0 : errors[b - 1];
            double share = (errors[b] - e0) / (double) (kept[b] - k0);
            for (int j = 1; j <= kept[b] - k0; j++) {
                sum += (e0 + j * share) / (k0 + j);
            }
        }
        return sum / n();
    }

    /** The smallest {@link #aurc()} that any score has with as many errors: all errors last. */
    public double optimalAurc() {
        double sum = 0;
        int right = n() - wrong();
        for (int k = right + 1; k <= n(); k++) {
            sum += (k - right) / (double) k;
        }
        return sum / n();
    }

    /** E-AURC: {@link #aurc()} minus {@link #optimalAurc()}; 0 for a perfect order, comparable between classifiers. */
    public double excessAurc() {
        return aurc() - optimalAurc();
    }

    /**
     * AURC as FD-Shifts has it (Jaeger et al., ICLR 2023; printed there times 1000): the trapezoid over distinct
     * scores, with the first risk down to coverage 0.
     */
    public double aurcTrapezoid() {
        double sum = 0;
        for (int b = 0; b < scores.length; b++) {
            double risk = errors[b] / (double) kept[b];
            double before = b == 0 ? risk : errors[b - 1] / (double) kept[b - 1];
            sum += (kept[b] - (b == 0 ? 0 : kept[b - 1])) * (risk + before) / 2;
        }
        return sum / n();
    }

    /** The least {@link #aurcTrapezoid()} in the limit of many cases, {@code r + (1 - r) ln(1 - r)}, as FD-Shifts. */
    public double optimalAurcInTheLimit() {
        double r = errorRate();
        return r + (1 - r) * Math.log(1 - r + Math.ulp(1.0));
    }

    /**
     * {@link #aurcTrapezoid()} minus the optimum in the limit of many cases, {@code r + (1 - r) ln(1 - r)}, as
     * FD-Shifts.
     */
    public double excessAurcTrapezoid() {
        return aurcTrapezoid() - optimalAurcInTheLimit();
    }

    /**
     * Area under the generalised risk-coverage curve (Traub et al., NeurIPS 2024; printed there times 1000):
     * generalised risk is the share of all predictions that is kept and wrong. Trapezoid over distinct scores from 0.
     * Smaller is better; {@code r^2/2} is the least with error rate r.
     */
    public double augrc() {
        double sum = 0;
        for (int b = 0; b < scores.length; b++) {
            int k0 = b == 0 ? 0 : kept[b - 1];
            int e0 = b == 0 ? 0 : errors[b - 1];
            sum += (kept[b] - k0) * ((double) errors[b] + e0) / 2;
        }
        return sum / n() / n();
    }

    /** The least {@link #augrc()} in the limit of many cases, {@code r^2/2}. */
    public double optimalAugrc() {
        return errorRate() * errorRate() / 2;
    }

    /**
     * Largest coverage whose risk is at most {@code risk}; 0 if there is none. The risk need not rise with coverage:
     * smaller coverages may exceed it.
     */
    public double coverageAtRisk(double risk) {
        requireShare("risk", risk);
        for (int b = scores.length - 1; b >= 0; b--) {
            if (errors[b] / (double) kept[b] <= risk) {
                return kept[b] / (double) n();
            }
        }
        return 0;
    }

    /** Risk at the smallest possible coverage of at least {@code coverage}. */
    public double riskAtCoverage(double coverage) {
        return atCoverage(coverage).risk();
    }

    /** The point with the smallest possible coverage of at least {@code coverage}. */
    public Point atCoverage(double coverage) {
        requireShare("coverage", coverage);
        int b = 0;
        while (kept[b] / (double) n() < coverage) {
            b++;
        }
        return point(b);
    }

    static void requireShare(String what, double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new MetricException("Expected a " + what + " from 0 to 1, but found " + share);
        }
    }

    /**
     * The wrong predictions as positives, the right ones as negatives: the ranking behind {@link FailureAuroc}.
     *
     * @throws MetricException if all predictions are right or all are wrong
     */
    public Ranking failures() {
        double[] right = new double[n() - wrong()];
        double[] failed = new double[wrong()];
        for (int b = 0; b < scores.length; b++) {
            int e0 = b == 0 ? 0 : errors[b - 1];
            int k0 = b == 0 ? 0 : kept[b - 1];
            Arrays.fill(failed, e0, errors[b], scores[b]);
            Arrays.fill(right, k0 - e0, kept[b] - errors[b], scores[b]);
        }
        return Ranking.of(right, failed);
    }

    /**
     * The percentile interval of a number read off the curve, for example {@code RiskCoverage::aurc}. Predictions are
     * drawn with replacement, right and wrong ones together, since how many are wrong is part of what varies.
     *
     * @param level nominal coverage of the interval, for example 0.95
     */
    /*
     * A replicate is a set of counts on the blocks that are there already: it costs O(n) and no sort.
     */
    public Interval interval(Bootstrap bootstrap, ToDoubleFunction<RiskCoverage> metric, double level) {
        int[] block = new int[n()];
        boolean[] wrong = new boolean[n()];
        for (int b = 0, i = 0; b < scores.length; b++) {
            int errorsIn = errors[b] - (b == 0 ? 0 : errors[b - 1]);
            for (int first = i; i < kept[b]; i++) {
                block[i] = b;
                wrong[i] = i - first < errorsIn;
            }
        }
        double[] replicates = bootstrap.replicates(new int[n()], cases -> {
            int[] members = new int[scores.length];
            int[] errorsIn = new int[scores.length];
            for (int c : cases) {
                members[block[c]]++;
                errorsIn[block[c]] += wrong[c] ? 1 : 0;
            }
            return metric.applyAsDouble(cumulated(scores, members, errorsIn));
        });
        return Bootstrap.unstratified(replicates, level);
    }

    /** For example {@code AURC 0.0173, E-AURC 0.0113, AUGRC 0.0149, error rate 0.1050 of 200}. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "AURC %.4f, E-AURC %.4f, AUGRC %.4f, error rate %.4f of %d",
                aurc(),
                excessAurc(),
                augrc(),
                errorRate(),
                n());
    }
}
