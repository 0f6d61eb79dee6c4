package dev.qualm.mutation;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * How a search for mutants went.
 *
 * @param wanted mutants asked for
 * @param accepted mutants found
 * @param attempts candidates drawn, in order of their index, up to the last that was needed
 * @param rejected candidates by the reason; every reason is listed
 * @param original right answers of the original network
 * @param leastCorrect right answers a candidate needs
 * @param items acceptance items
 * @param evaluations items that were run on candidates, the cost of the search in forward passes
 */
public record AcceptanceReport(
        int wanted,
        int accepted,
        long attempts,
        Map<Rejection, Long> rejected,
        int original,
        int leastCorrect,
        int items,
        long evaluations) {
    public AcceptanceReport {
        Map<Rejection, Long> all = new EnumMap<>(Rejection.class);
        for (Rejection r : Rejection.values()) {
            all.put(r, rejected.getOrDefault(r, 0L));
        }
        rejected = Collections.unmodifiableMap(all);
    }

    /** Accuracy of the original network on the acceptance items. */
    public double originalAccuracy() {
        return (double) original / items;
    }

    /** Accepted among all candidates; 0 if there were none. */
    public double acceptanceRate() {
        return attempts == 0 ? 0 : (double) accepted / attempts;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d of %d wanted mutants from %d candidates (%.1f%% accepted; rejected: %s), original accuracy %.4f,"
                        + " needed %d of %d right, %d items run",
                accepted,
                wanted,
                attempts,
                100 * acceptanceRate(),
                rejected,
                originalAccuracy(),
                leastCorrect,
                items,
                evaluations);
    }
}
