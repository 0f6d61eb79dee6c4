package dev.qualm.mutation;

import java.util.Locale;

/** Why a candidate is no mutant. */
public enum Rejection {
    /** It changes nothing. */
    IDENTICAL,
    /** It makes the same changes as an earlier candidate. */
    DUPLICATE,
    /** Its accuracy is too low. */
    INACCURATE;

    /** Lower case, as in reports. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
