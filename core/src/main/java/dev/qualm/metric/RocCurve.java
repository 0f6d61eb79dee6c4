package dev.qualm.metric;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;

/**
 * The receiver operating characteristic: true against false positive rate over all thresholds, one point for each
 * distinct score, so tied cases move together (no order among them is invented). Starts at (0, 0), ends at (1, 1).
 */
public final class RocCurve {
    private final Ranking ranking;
    private final int[] blocks;

    private RocCurve(Ranking ranking, int[] blocks) {
        this.ranking = ranking;
        this.blocks = blocks;
    }

    /**
     * One operating point: what happens when cases with {@code score >= threshold} are flagged.
     *
     * @param threshold a score that occurs; NaN at the first point, which flags nothing (not even +Infinity)
     * @param falsePositiveRate share of negatives flagged
     * @param truePositiveRate share of positives flagged
     */
    public record Point(double threshold, double falsePositiveRate, double truePositiveRate) {}

    public static RocCurve of(Ranking ranking) {
        int[] blocks = new int[ranking.blocks() + 1];
        Arrays.setAll(blocks, i -> i - 1);
        return new RocCurve(ranking, blocks);
    }

    /** See {@link Ranking#of(double[], double[])}. */
    public static RocCurve of(double[] negatives, double[] positives) {
        return of(Ranking.of(negatives, positives));
    }

    /** Number of points. */
    public int size() {
        return blocks.length;
    }

    /** Point {@code i}, from (0, 0) at 0 to (1, 1) at {@code size() - 1}. */
    public Point point(int i) {
        int b = blocks[i];
        return new Point(b < 0 ? Double.NaN : ranking.score(b), falsePositiveRate(i), truePositiveRate(i));
    }

    /** A view of all points in order. */
    public List<Point> points() {
        return new Points();
    }

    private double falsePositiveRate(int i) {
        return ranking.flaggedNegatives(blocks[i]) / (double) ranking.negatives();
    }

    private double truePositiveRate(int i) {
        return ranking.flaggedPositives(blocks[i]) / (double) ranking.positives();
    }

    /** Area by trapezoids; for a curve that was not thinned it is {@link Auroc}, up to rounding. */
    public double area() {
        double area = 0;
        for (int i = 1; i < size(); i++) {
            area += (falsePositiveRate(i) - falsePositiveRate(i - 1))
                    * (truePositiveRate(i) + truePositiveRate(i - 1))
                    / 2;
        }
        return area;
    }

    /**
     * The largest true positive rate any threshold reaches at a false positive rate of at most {@code limit}.
     *
     * @param limit in [0, 1]
     */
    public double truePositiveRateAt(double limit) {
        if (!(limit >= 0 && limit <= 1)) {
            throw new MetricException("Expected a false positive rate in [0, 1], but found " + limit);
        }
        int last = 0;
        int outside = size();
        while (outside - last > 1) {
            int mid = (last + outside) >>> 1;
            if (falsePositiveRate(mid) <= limit) {
                last = mid;
            } else {
                outside = mid;
            }
        }
        return truePositiveRate(last);
    }

    /**
     * At most {@code maximum} of the points, for drawing: the ends stay, and every dropped point lies within
     * {@code 2/(maximum - 1)} (sum of both coordinates) of one that stays.
     *
     * @param maximum at least 2
     */
    /*
     * The path from (0,0) to (1,1) has length 2 in the city-block metric; keeping the first point in each of (maximum -
     * 1) equal parts leaves every dropped point within 2/(maximum - 1) of a kept one.
     */
    public RocCurve thin(int maximum) {
        if (maximum < 2) {
            throw new MetricException("Expected at least 2 points to keep, but found " + maximum);
        }
        if (size() <= maximum) {
            return this;
        }
        int[] kept = new int[maximum];
        int n = 0;
        double next = 0;
        for (int i = 0; i < size() - 1 && n < maximum - 1; i++) {
            double along = falsePositiveRate(i) + truePositiveRate(i);
            if (along >= next) {
                kept[n++] = blocks[i];
                next = (Math.floor(along * (maximum - 1) / 2) + 1) * 2 / (maximum - 1);
            }
        }
        kept[n++] = blocks[size() - 1];
        return new RocCurve(ranking, Arrays.copyOf(kept, n));
    }

    @Override
    public String toString() {
        return "ROC curve of " + size() + " points, " + ranking.positives() + " positives, " + ranking.negatives()
                + " negatives, tied scores merged";
    }

    private final class Points extends AbstractList<Point> implements RandomAccess {
        @Override
        public Point get(int index) {
            return point(index);
        }

        @Override
        public int size() {
            return blocks.length;
        }
    }
}
