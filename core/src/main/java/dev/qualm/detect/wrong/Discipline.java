package dev.qualm.detect.wrong;

import java.util.Collection;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the data a detector is fitted on has to do with the data the classifier was trained on. A classifier is right and sure on its own
 * training set, so a detector that learns there learns another world: the published conductance network has an AUROC of 0.961, 0.985 and
 * 0.986 there, and 0.927, 0.944 and 0.942 on new data (Wu, Michel, Briot 2019, their saved outputs).
 *
 * @param trainingItems content of the items the classifier was trained on, as {@link dev.qualm.training.ItemHash#each} names them; null if
 *     they are not known
 * @param onTrainingSet whether the items to fit on may be among them
 */
public record Discipline(@Nullable Set<String> trainingItems, boolean onTrainingSet) {
    public Discipline {
        trainingItems = trainingItems == null ? null : Set.copyOf(trainingItems);
    }

    /** All items are checked against the classifier's training set. */
    public static Discipline heldOutFrom(Collection<String> trainingItems) {
        return new Discipline(Set.copyOf(trainingItems), false);
    }

    /** The classifier's training set is not at hand: the caller vouches for the data. */
    public static Discipline unchecked() {
        return new Discipline(null, false);
    }

    /** As published: fitted on the classifier's own training set, for comparison with published numbers only. */
    public static Discipline fittedOnTrainingSet() {
        return new Discipline(null, true);
    }

    /**
     * Checks both splits by the contents of their items; {@link WrongPredictionDetector#fit} does so too, but features may be expensive and are
     * not needed here.
     *
     * @throws FitException if the splits share items, or hold items of the classifier's training set
     */
    public void check(Labelled fit, Labelled threshold) {
        if (trainingItems != null) {
            if (!onTrainingSet) {
                Splits.requireDisjoint(
                        "fitting", fit.samples().hashes(), "the classifier's training set", trainingItems);
            }
            Splits.requireDisjoint(
                    "the threshold", threshold.samples().hashes(), "the classifier's training set", trainingItems);
        }
        Splits.requireDisjoint(
                "the threshold",
                threshold.samples().hashes(),
                "those for fitting",
                Set.copyOf(fit.samples().hashes()));
    }

    /** What is printed with every result. */
    @Override
    public String toString() {
        return onTrainingSet
                ? "fitted on the classifier's training set, as published; not for use"
                : trainingItems == null
                        ? "said to be held out, not checked against the classifier's training set"
                        : "held out, checked against " + trainingItems.size() + " training items";
    }
}
