package dev.qualm.manipulation;

/**
 * When an image needs no more steps. Every {@value #EVERY} steps the attack looks at the maps of the network it is aimed at,
 * {@link BetaGrowth#reference()}, because success on a smoothed network need not carry over; a look costs one map and no
 * gradient.
 *
 * @param similar stop a targeted attack at this Pearson correlation with the target or above; infinite for never
 * @param dissimilar stop an untargeted, top-k or mass-centre attack at this correlation with the original map or below;
 *     negative infinite for never
 * @param patience stop after this many steps without improvement, at least 1
 * @param improvement smallest fall of the total loss that counts, as a share of it
 */
public record EarlyStop(double similar, double dissimilar, int patience, double improvement) {
    /** Steps between two looks. */
    public static final int EVERY = 10;

    public EarlyStop {
        ManipulationException.require(patience >= 1, "a patience", "of at least 1 step", patience);
        ManipulationException.require(improvement >= 0 && improvement < 1, "an improvement", "in [0, 1)", improvement);
        ManipulationException.require(
                !Double.isNaN(similar) && !Double.isNaN(dissimilar),
                "correlations",
                "to stop at",
                similar + " and " + dissimilar);
    }

    /** Never: all steps are made, and nothing is looked at in between. */
    public static EarlyStop off() {
        return new EarlyStop(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Integer.MAX_VALUE, 0);
    }

    /** At a correlation of .99 with the target or 0 with the original, or after 200 steps that gain less than 0.1 %. */
    public static EarlyStop usual() {
        return new EarlyStop(0.99, 0, 200, 1e-3);
    }

    boolean isOff() {
        return equals(off());
    }

    /** Why an attack ended. */
    public enum Reason {
        /** All steps were made. */
        STEPS,
        /** The map is as wanted. */
        REACHED,
        /** The loss stopped falling. */
        PLATEAU,
        /** The status says why. */
        FAILED
    }
}
