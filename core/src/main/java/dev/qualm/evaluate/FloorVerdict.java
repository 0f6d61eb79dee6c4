package dev.qualm.evaluate;

/** How a detector stands to the scores that cost nothing: msp, energy and gen. */
public enum FloorVerdict {
    /** It is one of them. */
    FLOOR("floor"),
    /** Better than every one of them, beyond chance. */
    ABOVE("above the floor"),
    /** Not better than every one of them beyond chance. */
    NOT_ABOVE("not above the floor"),
    /** Its AUROC is below that of the best of them. */
    BELOW("below the floor"),
    /** It has no number here. */
    UNKNOWN("unknown");

    private final String words;

    FloorVerdict(String words) {
        this.words = words;
    }

    public String words() {
        return words;
    }
}
