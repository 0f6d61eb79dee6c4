package dev.qualm.mutation;

import dev.qualm.QualmException;
import dev.qualm.mutation.StoppingRule.Decision;

/**
 * A rule as two numbers for each count of mutants, so that asking it costs two comparisons.
 *
 * @param above {@code [limit + 1]}, the fewest changes that decide ABOVE after n mutants; n + 1 where none do
 * @param below {@code [limit + 1]}, the most changes that decide BELOW after n mutants; -1 where none do
 */
record StoppingBounds(int[] above, int[] below) {
    /* Every rule is monotone in the changes, and both bounds rise by at most one a mutant: one walk finds all of them. */
    static StoppingBounds of(StoppingRule rule) {
        int[] above = new int[rule.limit() + 1];
        int[] below = new int[rule.limit() + 1];
        int high = 0;
        int low = -1;
        for (int n = 0; n < above.length; n++) {
            while (high <= n && rule.decide(n, high) != Decision.ABOVE) {
                high++;
            }
            while (low < n && rule.decide(n, low + 1) == Decision.BELOW) {
                low++;
            }
            above[n] = high;
            below[n] = low;
        }
        return new StoppingBounds(above, below);
    }

    int limit() {
        return above.length - 1;
    }

    Decision decide(int n, int changes) {
        if (changes >= above[n]) {
            return Decision.ABOVE;
        }
        if (changes <= below[n]) {
            return Decision.BELOW;
        }
        return n < limit() ? Decision.CONTINUE : Decision.UNDECIDED;
    }

    /*
     * Forward recursion: mass[c] is the probability of being undecided after n mutants with c changes. The expected number
     * of mutants is the sum over n of the probability that the n-th is still asked. In place, from high c to low.
     */
    OperatingPoint at(double rate) {
        if (!(rate >= 0 && rate <= 1)) {
            throw new QualmException("Expected a change rate from 0 to 1, but found " + rate);
        }
        double[] mass = new double[limit() + 2];
        mass[0] = 1;
        double mutants = 0;
        double up = 0;
        double down = 0;
        // The undecided band after n - 1 mutants is first .. last.
        int first = 0;
        int last = 0;
        for (int n = 1; n <= limit() && first <= last; n++) {
            for (int c = first; c <= last; c++) {
                mutants += mass[c];
            }
            for (int c = last + 1; c >= first; c--) {
                double changed = c > first ? mass[c - 1] * rate : 0;
                mass[c] = (c > last ? 0 : mass[c]) * (1 - rate) + changed;
            }
            last++;
            for (; last >= first && last >= above[n]; last--) {
                up += mass[last];
            }
            for (; first <= last && first <= below[n]; first++) {
                down += mass[first];
            }
        }
        double left = 0;
        for (int c = first; c <= last; c++) {
            left += mass[c];
        }
        return new OperatingPoint(rate, mutants, up, down, left);
    }
}
