package dev.qualm;

import org.jspecify.annotations.Nullable;

/** The native engine could not be loaded, or reported an error; the message says what to install or change. */
public final class EngineException extends QualmException {
    private static final long serialVersionUID = 1L;

    public EngineException(String message) {
        super(message);
    }

    public EngineException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
