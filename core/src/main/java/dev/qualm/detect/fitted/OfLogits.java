package dev.qualm.detect.fitted;

import dev.qualm.detect.LogitScore;
import dev.qualm.detect.Score;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A method that is a function of an item's logits and learns nothing.
 *
 * @param about what is known about it
 * @param settings its parameters
 * @param function distrust of one logit vector {@code [K]}
 */
record OfLogits(About about, Settings settings, ToDoubleFunction<double[]> function) implements Detector {
    /** The detector that a score of logits is. */
    static OfLogits of(Score score, String paper, Published published) {
        LogitScore s = (LogitScore) score;
        return new OfLogits(
                about(s.name(), s.question(), paper, published, s.shiftInvariant()), Settings.none(), s.function());
    }

    static About about(String name, String question, String paper, Published published, boolean shiftInvariant) {
        return new About(name, question, paper, published, shiftInvariant, Set.of(Reads.LOGITS));
    }

    @Override
    public Judge judge(Site site, Learnt learnt) {
        return Judge.ofLogits(function);
    }

    /** Two of one name and settings are one. */
    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof OfLogits other
                && about.name().equals(other.about.name())
                && settings.equals(other.settings);
    }

    @Override
    public int hashCode() {
        return about.name().hashCode() + 31 * settings.hashCode();
    }
}
