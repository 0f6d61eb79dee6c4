package dev.qualm.mutation;

import dev.qualm.QualmException;

/** A network cannot be mutated as asked, a mutant does not belong to a network, or too few candidates were accepted. */
public final class MutationException extends QualmException {
    private static final long serialVersionUID = 1L;

    public MutationException(String message) {
        super(message, null);
    }
}
