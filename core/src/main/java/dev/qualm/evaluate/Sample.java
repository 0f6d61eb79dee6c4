package dev.qualm.evaluate;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Scores of one detector on the two sides of a comparison, undefined ones left out.
 *
 * @param negatives scores of items to be trusted
 * @param positives scores of items to be caught
 * @param undefinedNegatives items without a score
 * @param undefinedPositives likewise
 * @param negativeOwner number of the ordinary item behind each negative
 * @param positiveOwner likewise; numbers that no negative has for items of their own
 * @param paired whether owners matter
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Sample(
        double[] negatives,
        double[] positives,
        int undefinedNegatives,
        int undefinedPositives,
        int[] negativeOwner,
        int[] positiveOwner,
        boolean paired) {
    /** Items of the two sides, before any score is looked at. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Sides(View view, ScoredSet negativeSet, int[] negatives, ScoredSet positiveSet, int[] positives) {
        /** The sides of a view, without items if the set has no such view. */
        static Sides of(View view, ScoredSet id, ScoredSet set) {
            if (view == View.FAILURES) {
                return new Sides(view, set, set.right(), set, set.wrong());
            }
            return new Sides(view, id, set.role() == Role.ADVERSARIAL ? id.right() : id.all(), set, set.all());
        }

        boolean paired() {
            return view == View.DETECTION && positiveSet.source() != null;
        }

        /** The scores of one detector. */
        Sample sample(int detector) {
            return sample(new int[] {detector}, detector);
        }

        /** The scores of one detector where all of some have one. */
        Sample sample(int[] defined, int detector) {
            int[] n = kept(negativeSet, negatives, defined);
            int[] p = kept(positiveSet, positives, defined);
            int[] source = positiveSet.source();
            int own = negativeSet.size();
            return new Sample(
                    IntStream.of(n)
                            .mapToDouble(i -> negativeSet.values()[detector][i])
                            .toArray(),
                    IntStream.of(p)
                            .mapToDouble(i -> positiveSet.values()[detector][i])
                            .toArray(),
                    negatives.length - n.length,
                    positives.length - p.length,
                    n,
                    IntStream.of(p)
                            .map(i -> source == null || source[i] < 0 ? own + i : source[i])
                            .toArray(),
                    paired());
        }

        private static int[] kept(ScoredSet set, int[] items, int[] defined) {
            return IntStream.of(items)
                    .filter(i -> Arrays.stream(defined).noneMatch(d -> Double.isNaN(set.values()[d][i])))
                    .toArray();
        }
    }

    /** Whether owners matter and there are enough of them to tell how much they vary. */
    boolean clustered() {
        return paired && negatives.length > 1;
    }

    /** Why there are no numbers, or an empty text. */
    String missing() {
        if (negatives.length == 0 || positives.length == 0) {
            String what = negatives.length == 0 ? "trusted" : "to be caught";
            int undefined = negatives.length == 0 ? undefinedNegatives : undefinedPositives;
            return "no items " + what + (undefined > 0 ? " have a score, " + undefined + " are undefined" : "");
        }
        return "";
    }
}
