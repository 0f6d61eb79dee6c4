package dev.qualm.detect.verdict;

/**
 * Which tier of a cascade decided about an item, and how.
 *
 * @param tier index of the deciding tier
 * @param side below its lower threshold, above its upper one, or decided because no tier followed
 * @param score of that tier
 */
public record Route(int tier, Side side, double score) {
    /** How a tier decides. */
    public enum Side {
        /** Clearly ordinary. */
        BELOW,
        /** By the last tier. */
        LAST,
        /** Clearly doubtful. */
        ABOVE
    }

    /**
     * The band of this route among those of a cascade, larger = less trustworthy. Items that leave early as ordinary come first,
     * the earlier the lower; then those of the last tier; then those that leave early as doubtful, the earlier the higher.
     *
     * @param position of the tier among the available ones
     * @param tiers number of available ones
     */
    static int band(Side side, int position, int tiers) {
        return switch (side) {
            case BELOW -> position;
            case LAST -> tiers - 1;
            case ABOVE -> 2 * (tiers - 1) - position;
        };
    }
}
