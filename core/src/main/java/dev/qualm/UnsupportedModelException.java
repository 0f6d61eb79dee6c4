package dev.qualm;

import org.jspecify.annotations.Nullable;

/** A readable model uses something outside Qualm's operator set; the message lists every offender with its node. */
public final class UnsupportedModelException extends QualmException {
    private static final long serialVersionUID = 1L;

    public UnsupportedModelException(String message) {
        super(message);
    }

    public UnsupportedModelException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
