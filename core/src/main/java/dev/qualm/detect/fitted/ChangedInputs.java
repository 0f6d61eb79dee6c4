package dev.qualm.detect.fitted;

import dev.qualm.array.Array;
import dev.qualm.detect.Evidence;
import java.util.List;
import java.util.function.Function;

/**
 * A judge that tells which inputs it asks the network about.
 *
 * @param scores distrust per item
 * @param inputs what is asked, each {@code [n, ...]}
 */
record ChangedInputs(Function<Evidence, double[]> scores, Function<Evidence, List<Array>> inputs)
        implements Judge.OfInput {
    @Override
    public double[] score(Evidence evidence) {
        return scores.apply(evidence);
    }

    @Override
    public List<Array> changed(Evidence evidence) {
        return inputs.apply(evidence);
    }
}
