package dev.qualm.detect.wrong;

import dev.qualm.QualmException;

/** A detector cannot be fitted on these rows, or cannot judge those: the message says what it expected. */
public final class FitException extends QualmException {
    private static final long serialVersionUID = 1L;

    public FitException(String message) {
        super(message, null);
    }

    public FitException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Checks a setting: throws unless {@code valid}. */
    static void require(boolean valid, String name, String expected, Object found) {
        if (!valid) {
            throw new FitException("Expected " + name + " " + expected + ", but found " + found);
        }
    }
}
