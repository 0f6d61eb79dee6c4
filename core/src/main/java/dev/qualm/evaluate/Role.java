package dev.qualm.evaluate;

import java.util.Locale;

/** What a set of items is to the model; it decides which items a detector should catch. Sets of different roles are never averaged. */
public enum Role {
    /** Ordinary items: those to be trusted. */
    ID("ordinary items"),
    /** Unfamiliar items that look like ordinary ones, such as classes left out in training. */
    NEAR("near: unfamiliar, but alike"),
    /** Unfamiliar items of another kind. */
    FAR("far: of another kind"),
    /** Ordinary items of known classes under other conditions. One that is predicted rightly is no failure, so two views are shown. */
    COVARIATE_SHIFTED("ordinary, under other conditions"),
    /** Ordinary items that the model gets wrong. */
    MISCLASSIFIED("ordinary, predicted wrongly"),
    /** Ordinary items that an attack changed so that a right prediction became a wrong one. */
    ADVERSARIAL("attacked, right before and wrong after");

    private final String words;

    Role(String words) {
        this.words = words;
    }

    /** For headings. */
    public String words() {
        return words;
    }

    /** Kebab-case, for files. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
