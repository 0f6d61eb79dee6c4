package dev.qualm.detect.verdict;

/** What is promised about false alarms, that is about alarms for items exchangeable with the calibration items. */
/*
 * Either promise is kept by alarming for the most doubtful ranks: a score alarms if 1 + #{calibration >= score} is at most
 * some number. They differ in that number alone.
 */
public sealed interface Guarantee permits Marginal, TrainingConditional {
    /** The largest false-alarm rate. */
    double alpha();

    /** The smallest calibration set with which any score can raise an alarm. */
    long needed();

    /** The largest 1 + #{calibration >= score} that raises an alarm; 0 if none does. */
    int alarms(int n);

    /** Mean false-alarm rate over calibration sets of this size, if no scores tie; lower if they do. */
    default double expectedRate(int n) {
        return alarms(n) / (n + 1.0);
    }

    /** Refuses a calibration set with which no score could raise an alarm. */
    default void requireEnough(String what, int n, int undefined) {
        if (n < needed()) {
            throw new CalibrationException(
                    "Expected at least " + needed() + " scores for " + what + " to promise " + this
                            + ", but found " + n
                            + (undefined == 0 ? "" : " (and " + undefined + " that are not numbers)")
                            + ": with fewer no score could ever raise an alarm; give more, or allow a larger rate");
        }
    }
}
