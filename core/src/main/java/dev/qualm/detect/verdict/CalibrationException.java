package dev.qualm.detect.verdict;

import dev.qualm.QualmException;

/** No verdict with this promise can be given from these scores or settings: the message says what would be needed. */
public final class CalibrationException extends QualmException {
    private static final long serialVersionUID = 1L;

    public CalibrationException(String message) {
        super(message);
    }

    static void require(boolean valid, String expected, Object found) {
        if (!valid) {
            throw new CalibrationException("Expected " + expected + ", but found " + found);
        }
    }

    /** Returns {@code value} when it lies strictly between 0 and 1. */
    static double requireShare(String what, double value) {
        require(value > 0 && value < 1, what + " strictly between 0 and 1, such as 0.05", value);
        return value;
    }
}
