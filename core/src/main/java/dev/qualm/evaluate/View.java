package dev.qualm.evaluate;

import java.util.Locale;

/** Which items count as positive, that is, are to be caught. */
public enum View {
    /** Items of the set against ordinary items; for attacked items, against ordinary items that are predicted rightly. */
    DETECTION("items of the set against ordinary items"),
    /** Within the set, items predicted wrongly against items predicted rightly. */
    FAILURES("wrong against right predictions in the set");

    private final String words;

    View(String words) {
        this.words = words;
    }

    /** For headings. */
    public String words() {
        return words;
    }

    /** Lower case, for files. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
