package dev.qualm;

import org.jspecify.annotations.Nullable;

/** An array or tensor has another shape or element type than the call needs; the message gives both. */
public final class ShapeException extends QualmException {
    private static final long serialVersionUID = 1L;

    public ShapeException(String message) {
        super(message);
    }

    public ShapeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
