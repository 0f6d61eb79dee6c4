package dev.qualm.detect.verdict;

import java.util.Locale;

/**
 * What a monitor says about a calibration.
 *
 * @param stale whether the calibration was ever found stale
 * @param monitor which monitor says so, in words
 * @param items how many it has seen
 * @param alarmAt the item at which it was found stale, counted from 1; 0 if not
 * @param level probability of ever finding a good calibration stale, at most
 * @param evidence what was found, in words
 */
public record Staleness(boolean stale, String monitor, long items, long alarmAt, double level, String evidence) {
    /** For example {@code calibration stale since item 412 (martingale: evidence 105 of 100 needed; ...)}. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s (%s: %s; %d items; a good calibration is ever found stale with probability at most %s)",
                stale ? "calibration stale since item " + alarmAt : "calibration not found stale",
                monitor,
                evidence,
                items,
                level);
    }
}
