package dev.qualm.sustainability;

import dev.qualm.QualmException;

/** Layers that do not exist, a perturbation that does not fit, or an analysis that cannot be made of what was given. */
public final class SustainabilityException extends QualmException {
    private static final long serialVersionUID = 1L;

    public SustainabilityException(String message) {
        super(message, null);
    }
}
