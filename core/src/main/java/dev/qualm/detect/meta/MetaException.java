package dev.qualm.detect.meta;

import dev.qualm.QualmException;

/** A combination cannot be learnt from these scores, or does not fit those: the message says what it expected. */
public final class MetaException extends QualmException {
    private static final long serialVersionUID = 1L;

    public MetaException(String message) {
        super(message, null);
    }
}
