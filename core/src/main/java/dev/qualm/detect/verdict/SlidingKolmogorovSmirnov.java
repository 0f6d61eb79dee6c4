package dev.qualm.detect.verdict;

import java.util.Arrays;
import java.util.Locale;

/**
 * Compares the last scores of a stream with the calibration scores by {@link KolmogorovSmirnov}, whenever a quarter of the window
 * is new. It sees every change of the distribution, not just of its middle, but no change smaller than the window can show, and
 * calibration sets of n scores cost time proportional to n for every item.
 */
/*
 * Looking again and again finds something in the end. So the level is spent: look k gets level / (k (k + 1)), which sums to
 * the level over all looks, and the chance of ever finding a good calibration stale is at most their sum.
 */
public final class SlidingKolmogorovSmirnov implements StalenessMonitor {
    private final double[] reference;
    private final double[] window;
    private final double level;
    private long items;
    private long alarmAt;
    private double lastP;
    private double lastStatistic;

    SlidingKolmogorovSmirnov(
            double[] reference,
            double[] window,
            double level,
            long items,
            long alarmAt,
            double lastStatistic,
            double lastP) {
        CalibrationException.require(window.length >= 4, "a window of at least 4 items", window.length);
        this.reference = KolmogorovSmirnov.sorted(reference);
        this.window = window.clone();
        this.level = CalibrationException.requireShare("a probability of a false alarm ever", level);
        this.items = items;
        this.alarmAt = alarmAt;
        this.lastStatistic = lastStatistic;
        this.lastP = lastP;
    }

    /**
     * Starts a monitor.
     *
     * @param calibration that verdicts rest on
     * @param window items compared with it, at least 4, for example 200
     * @param level probability of ever finding it stale while it is good, for example 0.01
     */
    public static SlidingKolmogorovSmirnov of(ConformalCalibration calibration, int window, double level) {
        double[] reference = Arrays.copyOf(calibration.scores(), calibration.n() + calibration.undefined());
        Arrays.fill(reference, calibration.n(), reference.length, Double.NaN);
        CalibrationException.require(window >= 4, "a window of at least 4 items", window);
        return new SlidingKolmogorovSmirnov(reference, new double[window], level, 0, 0, 0, 1);
    }

    private int step() {
        return window.length / 4;
    }

    /** Looks so far. */
    long looks() {
        return items < window.length ? 0 : 1 + (items - window.length) / step();
    }

    private double levelOfLook(double k) {
        return level / (k * (k + 1));
    }

    @Override
    public Staleness observe(double score) {
        window[(int) (items % window.length)] = score;
        long before = looks();
        items++;
        if (looks() > before) {
            KolmogorovSmirnov found = KolmogorovSmirnov.ofSorted(reference, KolmogorovSmirnov.sorted(window));
            lastStatistic = found.statistic();
            lastP = found.pValue();
            if (alarmAt == 0 && lastP <= levelOfLook(looks())) {
                alarmAt = items;
            }
        }
        return staleness();
    }

    @Override
    public Staleness staleness() {
        return new Staleness(
                alarmAt > 0,
                "Kolmogorov-Smirnov on the last " + window.length,
                items,
                alarmAt,
                level,
                looks() == 0
                        ? "not looked yet"
                        : String.format(
                                Locale.ROOT,
                                "difference %.4f, p-value %.4g, stale from %.4g at look %d",
                                lastStatistic,
                                lastP,
                                levelOfLook(looks()),
                                looks()));
    }

    double[] reference() {
        return reference.clone();
    }

    double[] window() {
        return window.clone();
    }

    double level() {
        return level;
    }

    long items() {
        return items;
    }

    long alarmAt() {
        return alarmAt;
    }

    double[] last() {
        return new double[] {lastStatistic, lastP};
    }
}
