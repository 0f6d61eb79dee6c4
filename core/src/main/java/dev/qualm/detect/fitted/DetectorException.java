package dev.qualm.detect.fitted;

import dev.qualm.QualmException;

/** A detector cannot be fitted or used as asked. */
public final class DetectorException extends QualmException {
    private static final long serialVersionUID = 1;

    public DetectorException(String message) {
        super(message);
    }

    /** Refuses unless {@code held}: "NAME expected EXPECTED, but found FOUND; REMEDY". */
    static void require(boolean held, String name, String expected, Object found, String remedy) {
        if (!held) {
            throw new DetectorException(
                    "Detector " + name + ": expected " + expected + ", but found " + found + "; " + remedy);
        }
    }
}
