package dev.qualm.evaluate.adaptive;

import java.util.Locale;

/**
 * A sign that an attack fails for other reasons than that the defence is good (Athalye, Carlini, Wagner, ICML 2018,
 * section 3.1; Carlini et al., "On Evaluating Adversarial Robustness", 2019). No warning is no proof.
 *
 * @param check what was looked for
 * @param detail what was found
 */
public record LadderWarning(Check check, String detail) {
    /** What is looked for. */
    public enum Check {
        /** The score's gradient is zero or not finite. */
        ZERO_GRADIENT,
        /** All steps of the joint loss lead nowhere. */
        LOSS_NOT_INCREASING,
        /** One step does as well as all. */
        ONE_STEP_AS_GOOD,
        /** Twice the budget does no better. */
        LARGER_EPSILON_NOT_STRONGER,
        /** An attack that sees verdicts only does better than those with the score's gradient. */
        BLACK_BOX_STRONGER,
        /** Random points of the ball do as well as attacks with gradients. */
        NOISE_AS_GOOD
    }

    @Override
    public String toString() {
        return check.name().toLowerCase(Locale.ROOT).replace('_', ' ') + ": " + detail;
    }
}
