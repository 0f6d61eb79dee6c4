package dev.qualm.detect.fitted;

/** Direction of a score as it was published. Qualm's grow with distrust, all of them. */
public enum Published {
    /** The published score grows with trust: Qualm's is its negative, or falls where it rises. */
    TRUST,
    /** The published score grows with distrust. */
    DISTRUST
}
