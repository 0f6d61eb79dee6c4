package dev.qualm.detect.wrong;

import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import java.util.Map;

/** Makes fitted models of what was saved of them. */
public final class FittedModels {
    private FittedModels() {}

    /**
     * A model whose probabilities are those of the saved one, bit for bit.
     *
     * @param kind {@link FittedModel#kind()}
     * @param arrays {@link FittedModel#arrays()}
     * @throws UnreadableFileException if the kind is unknown or the arrays do not make such a model
     */
    public static FittedModel of(String kind, Map<String, Array> arrays) {
        SavedArrays saved = new SavedArrays(kind, arrays);
        try {
            return switch (kind) {
                case LinearModel.KIND -> LinearModel.of(saved);
                case QuadraticModel.KIND -> QuadraticModel.of(saved);
                case Mlp.KIND -> Mlp.of(saved);
                case Forest.KIND -> Forest.of(saved);
                default ->
                    throw new UnreadableFileException("Expected a model of kind linear, quadratic, mlp or forest, but"
                            + " found '" + kind + "'; it may come from a newer version");
            };
        } catch (FitException e) {
            throw new UnreadableFileException("Saved model '" + kind + "' is damaged: " + e.getMessage(), e);
        }
    }
}
