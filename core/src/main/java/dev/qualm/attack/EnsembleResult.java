package dev.qualm.attack;

import java.util.List;
import java.util.Locale;

/**
 * What an {@link Ensemble} did, member by member.
 *
 * @param adversarial the inputs of the member that broke each, else those of the last that tried; inputs misclassified from the start
 *     as they were
 * @param members names of the members, in their order
 * @param brokenBy for each input the place of the member that broke it, {@link #MISCLASSIFIED} or {@link #ROBUST}, {@code [n]}
 */
public record EnsembleResult(Adversarial adversarial, List<String> members, int[] brokenBy) {
    /** The network erred without any attack. */
    public static final int MISCLASSIFIED = -1;
    /** No member broke it. */
    public static final int ROBUST = -2;

    public EnsembleResult {
        members = List.copyOf(members);
        brokenBy = brokenBy.clone();
    }

    @Override
    public int[] brokenBy() {
        return brokenBy.clone();
    }

    /** Share of inputs answered right before any attack; NaN for none. */
    public double cleanAccuracy() {
        return robustAfter(MISCLASSIFIED);
    }

    /** Share of all inputs still answered right after that member and all before it; NaN for none. */
    public double robustAfter(int member) {
        int left = 0;
        for (int by : brokenBy) {
            left += by == ROBUST || by > member ? 1 : 0;
        }
        return (double) left / brokenBy.length;
    }

    /** Share of all inputs still answered right in the end. */
    public double robustAccuracy() {
        return robustAfter(members.size());
    }

    /** A line for each stage. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "clean %.4f", cleanAccuracy()));
        for (int m = 0; m < members.size(); m++) {
            text.append(String.format(Locale.ROOT, "%nafter %s %.4f", members.get(m), robustAfter(m)));
        }
        return text.toString();
    }
}
