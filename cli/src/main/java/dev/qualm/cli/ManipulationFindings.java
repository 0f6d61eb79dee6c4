package dev.qualm.cli;

import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.attribution.Normalisation;
import dev.qualm.manipulation.AttackOutcome;
import dev.qualm.manipulation.AttackResult;
import dev.qualm.manipulation.Movement;
import dev.qualm.manipulation.SmoothGradComparison;
import dev.qualm.manipulation.Verdict;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an attack on some images came to.
 *
 * @param images before, {@code [n, c, h, w]}
 * @param targets whose maps were wanted, or null
 * @param attack what the attack itself tells
 * @param control randomly changed images, as far from the originals as the attacked ones
 * @param rounded attacked images as an 8-bit file gives them back
 * @param verdicts by beta, one per image
 * @param written verdicts of the rounded images
 * @param adaptive the attack on smoothed maps, or null
 * @param noise what SmoothGrad gives back; empty if it was not asked or does not go with the method
 * @param looked maps of the deployed network, then of the smoothed one
 * @param targetClasses classes predicted for the targets
 * @param smoothed whether smoothing changes the network at all
 * @param logits of the deployed network
 * @param steps made, of all attacks
 * @param seconds that the attack took, without the adaptive one
 */
record ManipulationFindings(
        Array images,
        @Nullable Array targets,
        AttackResult attack,
        Array control,
        Array rounded,
        Map<Double, List<Verdict>> verdicts,
        List<Verdict> written,
        @Nullable Adaptive adaptive,
        List<SmoothGradComparison.Line> noise,
        List<Looked> looked,
        int[] targetClasses,
        boolean smoothed,
        Logits logits,
        int steps,
        double seconds) {
    /** The attack on smoothed maps, and what the deployed network and the smoothed maps say of it. */
    record Adaptive(AttackResult attack, List<Verdict> verdicts) {}

    /** Heat maps at one beta. */
    record Looked(
            double beta,
            Normalisation.Scaled original,
            Normalisation.Scaled attacked,
            Normalisation.Scaled control,
            Normalisation.@Nullable Scaled target) {}

    /** Logits {@code [n, classes]} of the deployed network; those of the targets are null without any. */
    record Logits(
            Array original,
            Array attacked,
            Array control,
            @Nullable Array target) {
        /** Softmax of one row. */
        static double[] probabilities(Array logits, int row) {
            double[] z = logits.slice(row, row + 1).toDoubles().clone();
            double max = Arrays.stream(z).max().orElse(0);
            double sum = 0;
            for (int k = 0; k < z.length; k++) {
                z[k] = Math.exp(z[k] - max);
                sum += z[k];
            }
            for (int k = 0; k < z.length; k++) {
                z[k] /= sum;
            }
            return z;
        }

        static int argmax(double[] values) {
            int best = 0;
            for (int k = 0; k < values.length; k++) {
                best = values[k] > values[best] ? k : best;
            }
            return best;
        }
    }

    int size() {
        return images.dim(0);
    }

    AttackOutcome outcome(int image) {
        return attack.outcomes().get(image);
    }

    /** With the smoothing of the pictures. */
    Verdict verdict(int image) {
        return verdicts.values().iterator().next().get(image);
    }

    /** Similarity of maps by name, with the smoothing of the pictures. */
    Movement movement(int image, String measure) {
        return movement(verdict(image), measure);
    }

    static Movement movement(Verdict verdict, String measure) {
        Movement m = verdict.movements().get(measure);
        return m == null ? new Movement(Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN) : m;
    }

    /** Ok, or why the image has no result. */
    Status status(int image) {
        Status attacked = outcome(image).status();
        return attacked.isOk() ? verdict(image).status() : attacked;
    }

    /** The class predicted for the original, which the maps explain. */
    int predicted(int image) {
        return outcome(image).explained();
    }

    /** The deployed network's probability of that class before the attack. */
    double probability(int image) {
        return Logits.probabilities(logits.original(), image)[predicted(image)];
    }

    double probabilityAfter(int image) {
        return Logits.probabilities(logits.attacked(), image)[predicted(image)];
    }

    /** Row of an image's target among the targets. */
    int targetRow(int image) {
        return targets == null || targets.dim(0) == 1 ? 0 : image;
    }
}
