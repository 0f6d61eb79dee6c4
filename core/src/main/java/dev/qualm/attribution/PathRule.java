package dev.qualm.attribution;

import java.util.Locale;

/** How a line integral of gradients over activations is summed along points of a path. */
public enum PathRule {
    /** Gradient at the later end of each step: first order; the published detector (Wu, Michel, Briot 2019). */
    RIGHT,
    /** Gradient at the earlier end of each step: first order; Captum. */
    LEFT,
    /** Mean of the gradients at both ends: second order for the same passes. */
    TRAPEZOID;

    /** Name in messages and provenance. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
