package dev.qualm.evaluate;

import dev.qualm.QualmException;

/** An evaluation that would mislead, or that cannot be made: the message says why and what to give instead. */
public final class EvaluationException extends QualmException {
    private static final long serialVersionUID = 1L;

    public EvaluationException(String message) {
        super(message, null);
    }
}
