package dev.qualm.evaluate.adaptive;

import org.jspecify.annotations.Nullable;

/**
 * The gradients of one score that the rungs follow.
 *
 * @param direct that of the score as it is, exact or estimated
 * @param expected the mean over draws that the attacker makes with other seeds; null if nothing is drawn
 * @param expectedNote why there is none
 * @param surrogate that of a smooth stand-in on the backward pass; null if there is none
 * @param surrogateNote why there is none
 */
public record ScoreGradients(
        ScoreGradient direct,
        @Nullable ScoreGradient expected,
        String expectedNote,
        @Nullable ScoreGradient surrogate,
        String surrogateNote) {
    private static final String NOTHING_DRAWN = "the score draws nothing";

    /** Of a score that draws nothing and whose gradient is right. */
    public static ScoreGradients exact(ScoreGradient direct) {
        return new ScoreGradients(
                direct, null, NOTHING_DRAWN, null, "the gradient is that of the score itself, no step is replaced");
    }

    /** Of a score that draws nothing and whose gradient is useless or estimated, beside a stand-in. */
    public static ScoreGradients withSurrogate(ScoreGradient direct, ScoreGradient surrogate) {
        return new ScoreGradients(direct, null, NOTHING_DRAWN, surrogate, "");
    }

    /** Of a score of which nothing is known but its values. */
    static ScoreGradients unknown(ScoreGradient estimated) {
        return new ScoreGradients(
                estimated,
                null,
                "nothing is known of draws in this score",
                null,
                "no stand-in is known for this score; give one in LadderSettings.providers");
    }

    /** Finds the gradients of scores of some kind. */
    @FunctionalInterface
    public interface Provider {
        /** Null if the score is of another kind. */
        @Nullable
        ScoreGradients find(Ladder ladder);
    }
}
