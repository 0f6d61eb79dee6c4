package dev.qualm.training;

import dev.qualm.QualmException;

/** Training cannot start with these settings or items, or it diverged. */
public final class TrainingException extends QualmException {
    private static final long serialVersionUID = 1L;

    public TrainingException(String message) {
        super(message, null);
    }

    /** Checks a setting: throws unless {@code valid}. */
    static void require(boolean valid, String name, String expected, Object found) {
        if (!valid) {
            throw new TrainingException("Expected " + name + " " + expected + ", but found " + found);
        }
    }
}
