package dev.qualm.mutation;

import java.util.Locale;

/**
 * What a stopping rule does at one change rate.
 *
 * @param rate probability that a mutant changes the label
 * @param mutants expected number of mutants asked
 * @param above probability of {@link StoppingRule.Decision#ABOVE}
 * @param below probability of {@link StoppingRule.Decision#BELOW}
 * @param undecided probability that the mutants run out first; the three sum to 1
 */
public record OperatingPoint(double rate, double mutants, double above, double below, double undecided) {
    /** For example {@code rate 0.05: 41.2 mutants, above 0.012, below 0.980, undecided 0.008}. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "rate %.4g: %.1f mutants, above %.3f, below %.3f, undecided %.3f",
                rate,
                mutants,
                above,
                below,
                undecided);
    }
}
