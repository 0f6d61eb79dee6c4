package dev.qualm.attribution.evaluation;

import dev.qualm.QualmException;

/**
 * The settings of an evaluation do not fit one another, the batch, or the network; the message gives what would fit.
 */
public final class EvaluationException extends QualmException {
    private static final long serialVersionUID = 1L;

    public EvaluationException(String message) {
        super(message);
    }
}
