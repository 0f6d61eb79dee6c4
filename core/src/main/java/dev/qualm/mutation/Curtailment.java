package dev.qualm.mutation;

import java.util.Locale;

/** When the test of a candidate's accuracy stops. The verdict is the same in all three. */
public enum Curtailment {
    /** After all items. */
    NONE,
    /** As soon as too many answers are wrong; accepted mutants are run on all items, so that their accuracy is known exactly. */
    REJECTIONS,
    /** As soon as the verdict is certain; the accuracy of accepted mutants is known to lie between two bounds. */
    BOTH;

    /** Lower case, as in commands. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
