package dev.qualm.attribution;

import dev.qualm.array.Array;
import java.util.Arrays;

/** An {@link Attribution} on one network. Thread-safe. */
public interface Explainer extends MapFunction, AutoCloseable {
    /**
     * Explains a batch, cut into micro-batches as memory allows.
     *
     * @param batch inputs, {@code [n, ...]}
     * @param classes what each map explains, {@code [n]}; {@link #PREDICTED} for the predicted class
     */
    Explanation explain(Array batch, int[] classes);

    /** Explains each input's predicted class. */
    default Explanation explain(Array batch) {
        return explain(batch, predicted(batch.dim(0)));
    }

    @Override
    default Array maps(Array batch, int[] classes) {
        return explain(batch, classes).relevance();
    }

    /** {@link #PREDICTED}, {@code n} times. */
    static int[] predicted(int n) {
        int[] classes = new int[n];
        Arrays.fill(classes, PREDICTED);
        return classes;
    }

    @Override
    void close();
}
