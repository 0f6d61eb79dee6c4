package dev.qualm.mutation;

import dev.qualm.QualmException;

/**
 * When to stop asking mutants about an input. A rule sees how many mutants were asked and how many of them changed the label,
 * never in which order.
 *
 * <p>Every rule is monotone: more changes among as many mutants never turn {@link Decision#ABOVE} into anything else, nor
 * anything else into {@link Decision#BELOW}.
 */
public sealed interface StoppingRule permits StoppingRule.AllMutants, LcrCurtailment, SequentialTest {
    /** What is known after some mutants. */
    enum Decision {
        /** Ask another mutant. */
        CONTINUE,
        /** The change rate is above the threshold: doubt the prediction. */
        ABOVE,
        /** The change rate is not above the threshold. */
        BELOW,
        /** The mutants ran out before the rule decided. */
        UNDECIDED
    }

    /** The most mutants it asks about one input. */
    int limit();

    /**
     * What to do after {@code n} mutants of which {@code changes} changed the label, provided that every smaller number said
     * {@link Decision#CONTINUE}. Never CONTINUE at {@link #limit()}.
     */
    Decision decide(int n, int changes);

    /** Counters for many inputs that are asked in any interleaving. */
    default StoppingProgress start(int inputs) {
        return new StoppingProgress(this, inputs);
    }

    /**
     * What the rule does to an input whose label every mutant changes with probability {@code rate}, independently: exactly,
     * by summing over all courses. Costs limit times the width of the undecided band.
     */
    default OperatingPoint at(double rate) {
        return StoppingBounds.of(this).at(rate);
    }

    /** Throws unless the counts are possible. */
    default void requireCounts(int n, int changes) {
        if (n < 0 || n > limit() || changes < 0 || changes > n) {
            throw new QualmException(
                    "Expected 0 to " + limit() + " mutants and no more changes than mutants, but found " + changes
                            + " changes of " + n + " mutants");
        }
    }

    /**
     * Asks all mutants and decides nothing: for the label change rate as a number.
     *
     * @param mutants how many, at least 1
     */
    record AllMutants(int mutants) implements StoppingRule {
        public AllMutants {
            if (mutants < 1) {
                throw new QualmException("Expected at least 1 mutant, but found " + mutants);
            }
        }

        @Override
        public int limit() {
            return mutants;
        }

        @Override
        public Decision decide(int n, int changes) {
            requireCounts(n, changes);
            return n < mutants ? Decision.CONTINUE : Decision.UNDECIDED;
        }
    }
}
