package dev.qualm;

import org.jspecify.annotations.Nullable;

/**
 * Root of everything Qualm throws on purpose. The message says what was expected, what was found, where, and what to do.
 *
 * <p>Subclasses tell who can act on it: {@link UnreadableFileException} the owner of a file, {@link
 * UnsupportedModelException} the exporter of a model, {@link ShapeException} the caller, {@link EngineException} whoever
 * installed the native library.
 */
public class QualmException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public QualmException(String message) {
        super(message);
    }

    public QualmException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
