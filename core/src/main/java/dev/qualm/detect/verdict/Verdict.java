package dev.qualm.detect.verdict;

import java.util.Locale;

/**
 * A decision about one item.
 *
 * @param kind what was decided
 * @param score what it was decided on, larger = less trustworthy
 * @param pValue share of trustworthy items at least as doubtful; small = doubtful; NaN if undefined
 * @param detail what is promised, or why nothing could be decided
 * @param stale whether a monitor had found the calibration stale, so that the promise may not hold
 */
public record Verdict(Kind kind, double score, double pValue, String detail, boolean stale) {
    /** Decisions, stable names for machines. */
    public enum Kind {
        /** No alarm. It says that the score is not unusual, not that the prediction is right. */
        PASS,
        /** The score is larger than the guarantee allows for items like those of the calibration. */
        ALARM,
        /** Nothing was decided; treat such an item as you would one without a detector. */
        UNDEFINED
    }

    static Verdict undefined(double score, String reason) {
        return new Verdict(Kind.UNDEFINED, score, Double.NaN, reason, false);
    }

    public boolean isAlarm() {
        return kind == Kind.ALARM;
    }

    /** This verdict, marked stale if the monitor says so. */
    public Verdict under(Staleness staleness) {
        return staleness.stale() ? new Verdict(kind, score, pValue, detail + "; " + staleness, true) : this;
    }

    /** For example {@code ALARM: score 3.2, p-value 0.004 (false alarms at most 0.05 on average over calibration sets)}. */
    @Override
    public String toString() {
        return kind == Kind.UNDEFINED
                ? kind + ": " + detail
                : String.format(Locale.ROOT, "%s: score %.4g, p-value %.4g (%s)", kind, score, pValue, detail);
    }
}
