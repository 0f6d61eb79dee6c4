package dev.qualm.metric;

import dev.qualm.QualmException;

/** The given scores, labels or settings have no such metric: a NaN score, an empty class, a level outside (0, 1). */
public final class MetricException extends QualmException {
    private static final long serialVersionUID = 1L;

    public MetricException(String message) {
        super(message, null);
    }

    /** Returns {@code level} when it lies strictly between 0 and 1. */
    static double requireLevel(String what, double level) {
        if (!(level > 0 && level < 1)) {
            throw new MetricException(
                    "Expected a " + what + " strictly between 0 and 1, such as 0.95, but found " + level);
        }
        return level;
    }
}
