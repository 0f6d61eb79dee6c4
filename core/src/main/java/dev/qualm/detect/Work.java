package dev.qualm.detect;

import dev.qualm.gradient.ClassSelection;
import dev.qualm.gradient.CosineSimilarityMaps;

/**
 * Work that scores need beyond the shared forward pass. Scores that need equal work share it. Costs are per item, in passes.
 *
 * @param what it yields, with the settings that tell it from other work
 * @param source under which its time is kept
 * @param forwards runs of the network or of its mutants
 * @param sweeps reverse sweeps
 * @param products of what a sweep yields with activations, all layers together
 */
public record Work(String what, Score.Source source, double forwards, double sweeps, double products) {
    /** All passes together. */
    public double passes() {
        return forwards + sweeps + products;
    }

    /** Runs of the network alone. */
    public static Work forwards(String what, Score.Source source, double forwards) {
        return new Work(what, source, forwards, 0, 0);
    }

    /**
     * Cosine similarity maps: a sweep for each class but the predicted one if all classes have a row, for each row otherwise. (Rows that do
     * not fit into memory together are swept again, which is not counted.)
     */
    public static Work maps(CosineSimilarityMaps method, int classes) {
        int rows = method.classes().size(classes);
        int sweeps = rows == classes ? classes - 1 : rows;
        String of = method.classes() instanceof ClassSelection.All || rows == classes
                ? "all " + classes + " classes"
                : rows + " of " + classes + " classes";
        return new Work(
                "cosine similarity maps of " + of + (method.sign() ? "" : ", no sign")
                        + (method.rescale() ? "" : ", no rescaling"),
                Score.Source.INPUT_GRADIENTS,
                0,
                Math.max(0, sweeps),
                0);
    }

    /** The run from whose activations mutants start, where the shared forward pass keeps what gradients need instead. */
    static Work besideGradients() {
        return forwards(
                "run of the original for mutants, since the shared one is kept for gradients", Score.Source.MUTANTS, 1);
    }

    /** Whole-network gradient metrics: a sweep to the layers' outputs, and one product per layer. */
    public static Work weightGradients() {
        return new Work("gradients of all weights", Score.Source.WEIGHT_GRADIENTS, 0, 1, 1);
    }
}
