package dev.qualm.detect.wrong;

import dev.qualm.array.Array;
import java.util.Map;

/**
 * A model that was learnt: plain numbers, so that it is saved as arrays, needs no library to be used and can be shared by threads. A row's
 * probability does not depend on the rows beside it, to the last bit.
 */
public sealed interface FittedModel permits Mlp, LinearModel, QuadraticModel, Forest {
    /** Name of the form, by which {@link FittedModels#of} makes it again. */
    String kind();

    /** Number of features in a row. */
    int features();

    /**
     * The model's probability that the prediction behind a row is wrong, in [0, 1]; it grows with distrust. NaN if the row holds a NaN or
     * an infinity.
     *
     * @param row {@code [features]}
     */
    double probability(double[] row);

    /** Everything {@link FittedModels#of} needs, by name. */
    Map<String, Array> arrays();

    /** The probability of each row, {@code [n]}. */
    default double[] probabilities(double[][] rows) {
        double[] out = new double[rows.length];
        for (int i = 0; i < out.length; i++) {
            FitException.require(
                    rows[i].length == features(),
                    "rows of " + features() + " features",
                    "each",
                    rows[i].length + " in row " + i);
            out[i] = probability(rows[i]);
        }
        return out;
    }
}
