package dev.qualm;

import org.jspecify.annotations.Nullable;

/** A file is damaged, truncated, hostile or not of the kind it claims; the message names the file and the place in it. */
public final class UnreadableFileException extends QualmException {
    private static final long serialVersionUID = 1L;

    public UnreadableFileException(String message) {
        super(message);
    }

    public UnreadableFileException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
