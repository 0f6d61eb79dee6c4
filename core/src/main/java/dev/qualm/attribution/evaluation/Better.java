package dev.qualm.attribution.evaluation;

/** Which direction of a value speaks for the map. */
public enum Better {
    HIGHER,
    LOWER,
    /** The value describes the map and does not judge it. */
    NEITHER
}
