package dev.qualm.manipulation;

import dev.qualm.QualmException;

/** An attack on explanations or a measure of curvature cannot run with these settings, maps or images. */
public final class ManipulationException extends QualmException {
    private static final long serialVersionUID = 1L;

    public ManipulationException(String message) {
        super(message, null);
    }

    /** Checks a setting: throws unless {@code valid}. */
    static void require(boolean valid, String name, String expected, Object found) {
        if (!valid) {
            throw new ManipulationException("Expected " + name + " " + expected + ", but found " + found);
        }
    }
}
