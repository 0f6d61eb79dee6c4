package dev.qualm.detect.verdict;

import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * A conformal test martingale: bets that the scores of a stream, in their order, are not exchangeable with the calibration
 * scores. While they are, it ever reaches 1/level with probability at most level, at whatever times one looks. V. Vovk, A. Gammerman,
 * G. Shafer: Algorithmic Learning in a Random World. 2nd edition, Springer 2022, on testing exchangeability; bets as in {@link SimpleJumper}.
 */
/*
 * Why not the p-values of the verdicts: they share a calibration set of fixed size, which differs a little from the
 * distribution it is drawn from; over a long stream a martingale finds that out and calls a good calibration stale. The
 * smoothed p-values of each score among the calibration and all scores of the stream before it are exactly independent and
 * uniform. To keep them in bounded memory, scores are counted in bins: a score only has its bin, and equal bins are ties,
 * which smoothing deals with. The bins are cut at quantiles of a random half of the calibration and counted in the other
 * half, so that what is counted was not cut by itself. NaN has the last bin: more of them than before is a change too.
 *
 * The uniform numbers follow the stream's count, not the content: repeated contents must not repeat their numbers here.
 */
public final class CalibrationMartingale implements StalenessMonitor {
    private static final int CUTS = 255;

    private final double[] cuts;
    private final long[] counts;
    private final double level;
    private final long seed;
    private final SimpleJumper jumper;
    private long alarmAt;
    private double highest;

    CalibrationMartingale(
            double[] cuts, long[] counts, double level, long seed, SimpleJumper jumper, long alarmAt, double highest) {
        this.cuts = cuts.clone();
        this.counts = counts.clone();
        this.level = CalibrationException.requireShare("a probability of a false alarm ever", level);
        this.seed = seed;
        this.jumper = jumper;
        this.alarmAt = alarmAt;
        this.highest = highest;
    }

    /**
     * Starts a monitor.
     *
     * @param calibration that verdicts rest on, of at least two items
     * @param level probability of ever finding it stale while it is good, for example 0.01
     * @param seed of the halves and of the uniform numbers
     */
    public static CalibrationMartingale of(ConformalCalibration calibration, double level, long seed) {
        double[] all = Arrays.copyOf(calibration.scores(), calibration.n() + calibration.undefined());
        Arrays.fill(all, calibration.n(), all.length, Double.NaN);
        CalibrationException.require(all.length >= 2, "at least 2 calibration items to monitor", all.length);
        Random random = new Random(seed);
        for (int i = all.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            double kept = all[i];
            all[i] = all[j];
            all[j] = kept;
        }
        int half = all.length / 2;
        double[] cuts = cuts(Arrays.copyOf(all, half));
        CalibrationMartingale monitor =
                new CalibrationMartingale(cuts, new long[cuts.length + 2], level, seed, new SimpleJumper(), 0, 0);
        for (int i = half; i < all.length; i++) {
            monitor.counts[monitor.bin(all[i])]++;
        }
        return monitor;
    }

    private static double[] cuts(double[] scores) {
        double[] sorted =
                Arrays.stream(scores).filter(s -> !Double.isNaN(s)).sorted().toArray();
        int parts = Math.min(CUTS, sorted.length);
        double[] cuts = new double[parts];
        for (int i = 0; i < parts; i++) {
            cuts[i] = sorted[(int) ((long) i * sorted.length / parts)];
        }
        return Arrays.stream(cuts).distinct().toArray();
    }

    /** Number of cuts below the score, so that a cut and the scores just above it part; NaN in a bin of its own. */
    private int bin(double score) {
        if (Double.isNaN(score)) {
            return counts.length - 1;
        }
        double s = ConformalCalibration.oneZero(score);
        int at = Arrays.binarySearch(cuts, s);
        return at >= 0 ? at : -at - 1;
    }

    @Override
    public Staleness observe(double score) {
        int bin = bin(score);
        long all = 0;
        long above = 0;
        for (int i = 0; i < counts.length; i++) {
            all += counts[i];
            above += i > bin ? counts[i] : 0;
        }
        double u = new ItemUniform(seed).of("item " + jumper.time());
        jumper.bet((above + u * (counts[bin] + 1)) / (all + 1.0));
        counts[bin]++;
        highest = Math.max(highest, jumper.logCapital());
        if (alarmAt == 0 && highest >= -Math.log(level)) {
            alarmAt = jumper.time();
        }
        return staleness();
    }

    /** The capital now, started at 1: evidence against exchangeability, an e-value at any one time; may be infinite. */
    public double evidence() {
        return Math.exp(jumper.logCapital());
    }

    @Override
    public Staleness staleness() {
        return new Staleness(
                alarmAt > 0,
                "martingale",
                jumper.time(),
                alarmAt,
                level,
                String.format(Locale.ROOT, "evidence at most %.4g, stale from %.4g", Math.exp(highest), 1 / level));
    }

    double[] cuts() {
        return cuts.clone();
    }

    long[] counts() {
        return counts.clone();
    }

    double level() {
        return level;
    }

    long seed() {
        return seed;
    }

    SimpleJumper jumper() {
        return jumper;
    }

    long alarmAt() {
        return alarmAt;
    }

    double highest() {
        return highest;
    }
}
