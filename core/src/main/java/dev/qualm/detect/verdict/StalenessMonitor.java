package dev.qualm.detect.verdict;

/**
 * Watches the scores of a stream and tells when they are no longer exchangeable with the calibration scores, so that no verdict
 * promises anything. It must see all scores, unselected, in order; alarmed ones and NaN too. Memory does not grow. One object per
 * stream, from one thread at a time.
 */
public sealed interface StalenessMonitor permits CalibrationMartingale, SlidingKolmogorovSmirnov {
    /** Takes the next score and says how things are. Once stale, always stale: calibrate again, with a new monitor. */
    Staleness observe(double score);

    /** How things are. */
    Staleness staleness();
}
