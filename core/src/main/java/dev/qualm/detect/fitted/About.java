package dev.qualm.detect.fitted;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * What is known about a method.
 *
 * @param name for commands and tables, kebab-case
 * @param question what it answers, in one line
 * @param paper authors and year
 * @param published direction of the paper's score
 * @param shiftInvariant whether it needs no more than logits up to a constant per item, so that log-probabilities will do
 * @param reads what it reads
 */
public record About(
        String name, String question, String paper, Published published, boolean shiftInvariant, Set<Reads> reads) {
    public About {
        reads = Collections.unmodifiableSet(EnumSet.copyOf(reads));
    }

    /** A method that needs true logits, as all do that read the head. */
    static About of(String name, String question, String paper, Published published, Reads first, Reads... more) {
        return new About(name, question, paper, published, false, EnumSet.of(first, more));
    }

    /** The same of a method for which log-probabilities will do. */
    About forLogProbabilities() {
        return new About(name, question, paper, published, true, reads);
    }

    /** Whether it reads the input of the last linear layer or its weights. */
    public boolean readsHead() {
        return reads.contains(Reads.FEATURES) || reads.contains(Reads.HEAD_WEIGHTS);
    }
}
