package dev.qualm.mutation;

import dev.qualm.QualmException;

/**
 * Exact early stopping of "label change rate with {@code mutants} mutants is above {@code threshold}": stops as soon as the
 * mutants still to come cannot change the answer. The decision is that of asking all of them, for every sequence.
 *
 * <p>The question is {@code changes / (double) mutants > threshold}, as a program that asks all mutants would put it.
 *
 * @param mutants how many a full run asks, at least 1
 * @param threshold from 0 to below 1
 */
/*
 * With c* the fewest changes that are above, a run is decided by the c*-th change or by the (mutants - c* + 1)-th agreement,
 * whichever comes first. c* = floor(mutants t) + 1 in real numbers; in doubles the product may round to either side
 * (100 * 0.29 = 28.999999999999996), so the candidate is moved until it agrees with the question itself.
 */
public record LcrCurtailment(int mutants, double threshold) implements StoppingRule {
    public LcrCurtailment {
        if (mutants < 1) {
            throw new QualmException("Expected at least 1 mutant, but found " + mutants);
        }
        if (!(threshold >= 0 && threshold < 1)) {
            throw new QualmException("Expected a threshold from 0 to below 1, but found " + threshold
                    + "; no label change rate is above 1, so a threshold of 1 never alarms");
        }
    }

    /** The answer of a full run. */
    public boolean isAbove(int changes) {
        return (double) changes / mutants > threshold;
    }

    /** The fewest changes among all mutants that are above the threshold, 1 to {@code mutants}. */
    public int fewestAbove() {
        int c = (int) Math.floor(mutants * threshold);
        while (!isAbove(c)) {
            c++;
        }
        while (c > 0 && isAbove(c - 1)) {
            c--;
        }
        return c;
    }

    @Override
    public int limit() {
        return mutants;
    }

    @Override
    public Decision decide(int n, int changes) {
        requireCounts(n, changes);
        int fewest = fewestAbove();
        if (changes >= fewest) {
            return Decision.ABOVE;
        }
        return n - changes > mutants - fewest ? Decision.BELOW : Decision.CONTINUE;
    }
}
