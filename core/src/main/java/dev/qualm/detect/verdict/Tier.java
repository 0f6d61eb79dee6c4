package dev.qualm.detect.verdict;

/**
 * One score of a cascade. Scores below {@code low} are clearly ordinary and those above {@code high} clearly doubtful; in between, and
 * where the score is NaN, the next tier decides.
 *
 * @param name of the score
 * @param passes what the score costs beyond the tiers before it (forward = 1)
 * @param low at most {@code high}; -Infinity to decide nothing this way
 * @param high +Infinity to decide nothing this way
 */
public record Tier(String name, double passes, double low, double high) {
    public Tier {
        CalibrationException.require(
                passes >= 0 && passes < Double.POSITIVE_INFINITY,
                "a cost of 0 or more passes for tier " + name,
                passes);
        CalibrationException.require(low <= high, "low <= high for tier " + name, low + " and " + high);
    }

    /** A tier that decides everything it is asked about: the last one, or one whose thresholds are still to be chosen. */
    public static Tier of(String name, double passes) {
        return new Tier(name, passes, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    }

    Tier between(double newLow, double newHigh) {
        return new Tier(name, passes, newLow, newHigh);
    }
}
