package dev.qualm.mutation;

import dev.qualm.QualmException;
import dev.qualm.mutation.StoppingRule.Decision;

/**
 * How far a rule is with each of many inputs: two counters and a decision an input, in primitive arrays. Inputs may be asked
 * in any interleaving. Not for several threads at once.
 */
public final class StoppingProgress {
    private static final Decision[] DECISIONS = Decision.values();

    private final StoppingBounds bounds;
    private final int[] mutants;
    private final int[] changes;
    private final byte[] decision;
    private int open;

    StoppingProgress(StoppingRule rule, int inputs) {
        bounds = StoppingBounds.of(rule);
        mutants = new int[inputs];
        changes = new int[inputs];
        decision = new byte[inputs];
        open = inputs;
    }

    /**
     * Counts the answer of one more mutant about an input.
     *
     * @return what is known now; anything but CONTINUE means that the input may leave the batch
     * @throws QualmException if this input needs no more mutants
     */
    public Decision add(int input, boolean changed) {
        if (decision[input] != Decision.CONTINUE.ordinal()) {
            throw new QualmException("Expected an input that needs more mutants, but input " + input + " is "
                    + decision(input) + " after " + mutants[input] + " mutants; leave it out of the batch");
        }
        int n = ++mutants[input];
        int c = changed ? ++changes[input] : changes[input];
        Decision now = bounds.decide(n, c);
        if (now != Decision.CONTINUE) {
            decision[input] = (byte) now.ordinal();
            open--;
        }
        return now;
    }

    /** CONTINUE while the input needs more mutants, then the decision. */
    public Decision decision(int input) {
        return DECISIONS[decision[input]];
    }

    /** Mutants asked about an input so far. */
    public int mutants(int input) {
        return mutants[input];
    }

    /** Mutants that changed the label of an input so far. */
    public int changes(int input) {
        return changes[input];
    }

    /**
     * Changes over mutants asked, NaN before the first. After an early stop it is biased away from the threshold: only rules
     * that ask all mutants give the label change rate.
     */
    public double rate(int input) {
        return (double) changes[input] / mutants[input];
    }

    /** Inputs that need more mutants, ascending. */
    public int[] open() {
        int[] out = new int[open];
        int at = 0;
        for (int i = 0; at < open; i++) {
            if (decision[i] == Decision.CONTINUE.ordinal()) {
                out[at++] = i;
            }
        }
        return out;
    }

    /** Whether no input needs another mutant. */
    public boolean isDone() {
        return open == 0;
    }

    /** Questions asked so far: mutants summed over inputs, the cost in forward passes of one input. */
    public long questions() {
        long sum = 0;
        for (int n : mutants) {
            sum += n;
        }
        return sum;
    }
}
