package dev.qualm.manipulation;

/**
 * How far one similarity says that a heat map moved; 1 = the same map. NaN where undefined, where nothing was smoothed or
 * where there is no target.
 *
 * @param attacked the attacked image's map with the original's, deployed network
 * @param control the randomly changed image's map with the original's, deployed network
 * @param smoothed the attacked image's map with the original's, both of the smoothed network
 * @param targetBefore the original's map with the target's, deployed network
 * @param targetAfter the attacked image's map with the target's, deployed network
 * @param targetSmoothed the attacked image's map with the target's, both of the smoothed network
 */
public record Movement(
        double attacked,
        double control,
        double smoothed,
        double targetBefore,
        double targetAfter,
        double targetSmoothed) {
    /** Similarity that the attack took away and a random change of equal size did not. */
    public double excess() {
        return control - attacked;
    }

    /**
     * Share of the lost similarity that smoothing gives back: 1 = all of it, 0 = none, negative = smoothing lost more. NaN if
     * nothing was lost.
     */
    public double restored() {
        return attacked < 1 ? (smoothed - attacked) / (1 - attacked) : Double.NaN;
    }
}
