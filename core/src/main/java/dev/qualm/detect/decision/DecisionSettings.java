package dev.qualm.detect.decision;

import dev.qualm.detect.verdict.CalibrationException;
import dev.qualm.detect.verdict.Guarantee;
import dev.qualm.detect.verdict.ItemUniform;
import dev.qualm.detect.verdict.Marginal;
import dev.qualm.detect.verdict.TrainingConditional;
import org.jspecify.annotations.Nullable;

/**
 * What verdicts promise, and who gives the one that counts.
 *
 * @param guarantee of each detector's own verdicts, and of the overall one
 * @param smoothing where smoothed p-values have their random numbers from, or null for plain ones
 * @param byClass whether the promise is to hold among the predictions of each class
 * @param decider the detector whose verdict is the overall one; {@link #ANY} if an alarm of any counts; null for the
 *     first
 */
public record DecisionSettings(
        Guarantee guarantee,
        @Nullable ItemUniform smoothing,
        boolean byClass,
        @Nullable String decider) {
    /**
     * All detectors decide: each at an equal part of the rate (Bonferroni), so that all their alarms together keep
     * it, however they depend on each other.
     */
    public static final String ANY = "any";

    public DecisionSettings {
        if (smoothing != null && !(guarantee instanceof Marginal)) {
            throw new CalibrationException(
                    "Expected a rate that holds on average for smoothed p-values, but found the promise " + guarantee
                            + ", which counts ties against the alarm; leave either out");
        }
    }

    /** Marginal verdicts of the first detector. */
    public static DecisionSettings of(double alpha) {
        return new DecisionSettings(new Marginal(alpha), null, false, null);
    }

    /** The same rate for all but a share delta of calibration sets. */
    public DecisionSettings withDelta(double delta) {
        return new DecisionSettings(new TrainingConditional(guarantee.alpha(), delta), smoothing, byClass, decider);
    }

    public DecisionSettings smoothed(long seed) {
        return new DecisionSettings(guarantee, new ItemUniform(seed), byClass, decider);
    }

    /**
     * Classes with too few calibration items are judged as one group (marginal), or not at all (training-
     * conditional).
     */
    public DecisionSettings withByClass(boolean each) {
        return new DecisionSettings(guarantee, smoothing, each, decider);
    }

    /** @param name of a detector, or {@link #ANY} */
    public DecisionSettings decidedBy(@Nullable String name) {
        return new DecisionSettings(guarantee, smoothing, byClass, name);
    }

    /** The guarantee of each of some detectors if the alarms of all count. */
    Guarantee part(int detectors) {
        return guarantee instanceof TrainingConditional c
                ? new TrainingConditional(c.alpha() / detectors, c.delta() / detectors)
                : new Marginal(guarantee.alpha() / detectors);
    }

    @Override
    public String toString() {
        return guarantee + (byClass ? ", for each predicted class" : "") + (smoothing == null ? "" : ", smoothed");
    }
}
