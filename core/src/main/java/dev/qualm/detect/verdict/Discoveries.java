package dev.qualm.detect.verdict;

/**
 * Which items of a batch are flagged such that, on average, at most a given share of those flagged is flagged wrongly (false
 * discovery rate).
 *
 * @param rejected per item, whether it is flagged; never for undefined p-values
 * @param adjusted per item, the smallest level at which it would be flagged; NaN for undefined ones
 * @param count items flagged
 * @param undefined items without a p-value; they are not part of the batch that the promise is about
 * @param level the largest false discovery rate
 * @param procedure how it was done, in words
 */
public record Discoveries(
        boolean[] rejected, double[] adjusted, int count, int undefined, double level, String procedure) {
    /** For example {@code 12 of 200 flagged at false discovery rate 0.1 (Benjamini-Hochberg), 1 undefined}. */
    @Override
    public String toString() {
        return count + " of " + (rejected.length - undefined) + " flagged at false discovery rate " + level + " ("
                + procedure + ")" + (undefined == 0 ? "" : ", " + undefined + " undefined");
    }
}
