package dev.qualm.detect.verdict;

/**
 * Flags items of a stream, one by one and without revision, such that the false discovery rate holds at every time. A. Javanmard, A.
 * Montanari: On online control of false discovery rate. arXiv 1502.06197, 2015 (LOND); valid for positively dependent p-values: T.
 * Zrnic, A. Ramdas, M. I. Jordan: Asynchronous online testing of multiple hypotheses. JMLR 22(33), 2021.
 *
 * <p>The item at time t is flagged if its p-value is at most level * gamma(t) * (1 + items flagged before). Memory does not grow.
 * A stream has an order: use one object per stream, from one thread at a time.
 */
/*
 * LORD++ and SAFFRON flag more, but need p-values that are uniform given the past. Those of one calibration set are not: a
 * lenient set is lenient to all. LOND needs less.
 */
public final class Lond {
    /** The sum of the other factors over all t is 12.646, from two million terms and the integral of the rest. */
    private static final double GAMMA = 0.079;

    private final double level;
    private final long horizon;
    private long tested;
    private long flagged;

    private Lond(double level, long horizon, long tested, long flagged) {
        this.level = CalibrationException.requireShare("a false discovery rate", level);
        this.horizon = horizon;
        this.tested = tested;
        this.flagged = flagged;
        CalibrationException.require(horizon >= 0, "a horizon of at least 1 item, or 0 for none", horizon);
        CalibrationException.require(
                flagged >= 0 && flagged <= tested && (horizon == 0 || tested <= horizon),
                "0 <= flagged <= tested <= horizon",
                flagged + ", " + tested + ", " + horizon);
    }

    /** For a stream without end. Its first levels are far above its later ones: an item flagged early pays for the rest. */
    public static Lond endless(double level) {
        return new Lond(level, 0, 0, 0);
    }

    /** For a stream of at most so many items, all treated alike; the next stretch of a longer stream takes a new object. */
    public static Lond within(long horizon, double level) {
        CalibrationException.require(horizon >= 1, "a horizon of at least 1 item", horizon);
        return new Lond(level, horizon, 0, 0);
    }

    static Lond at(double level, long horizon, long tested, long flagged) {
        return new Lond(level, horizon, tested, flagged);
    }

    /** Share of the level that is spent on the item at time t, from 1; all sum to at most 1. */
    static double gamma(long t) {
        double log = Math.log(t);
        return GAMMA * Math.max(log, Math.log(2)) / (t * Math.exp(Math.sqrt(log)));
    }

    /** What the p-value of the next item is compared with. A calibration of n scores has none below 1/(n + 1). */
    public double nextLevel() {
        return level * (flagged + 1) * (horizon == 0 ? gamma(tested + 1) : 1.0 / horizon);
    }

    /**
     * Decides about the next item.
     *
     * @param p its p-value; NaN gives {@link Verdict.Kind#UNDEFINED} and spends nothing
     * @throws CalibrationException if the horizon is used up
     */
    public Verdict.Kind test(double p) {
        if (Double.isNaN(p)) {
            return Verdict.Kind.UNDEFINED;
        }
        StepUp.requirePValues(new double[] {p});
        if (horizon > 0 && tested == horizon) {
            throw new CalibrationException(
                    "Expected at most " + horizon + " items, but found one more: the promise was for"
                            + " that many; start the next stretch with a new Lond.within");
        }
        boolean flag = p <= nextLevel();
        tested++;
        flagged += flag ? 1 : 0;
        return flag ? Verdict.Kind.ALARM : Verdict.Kind.PASS;
    }

    public double level() {
        return level;
    }

    /** Largest number of items, or 0 if there is none. */
    public long horizon() {
        return horizon;
    }

    /** Items with a p-value so far. */
    public long tested() {
        return tested;
    }

    public long flagged() {
        return flagged;
    }

    @Override
    public String toString() {
        return flagged + " of " + tested + " flagged at false discovery rate " + level + " (LOND, "
                + (horizon == 0 ? "endless" : "within " + horizon + " items") + ")";
    }
}
