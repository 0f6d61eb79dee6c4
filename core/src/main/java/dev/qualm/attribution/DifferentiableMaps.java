package dev.qualm.attribution;

import dev.qualm.array.Array;
import java.util.Arrays;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/** Relevance maps that can be differentiated by the input: what attacks on explanations and curvature are made of. */
@FunctionalInterface
public interface DifferentiableMaps {
    /**
     * Maps and outputs at a batch. Rows do not influence one another.
     *
     * @param batch inputs, {@code [n, ...]}
     * @param classes what each map explains, {@code [n]}; {@link MapFunction#PREDICTED} for the predicted class
     */
    Point at(Array batch, int[] classes);

    /**
     * Maps and outputs at one input, taken several times: each derivative takes and gives {@code times} rows, many cotangents at once.
     *
     * @param single one input, {@code [1, ...]}
     */
    default Point at(Array single, int c, int times) {
        int[] classes = new int[times];
        Arrays.fill(classes, c);
        return at(Array.concat(Collections.nCopies(times, single)), classes);
    }

    /** Maps and outputs at one batch, and how they move with it. Belongs to the thread that made it. */
    interface Point extends AutoCloseable {
        /** One map per input, {@code [n, ...]}, signed. */
        Array maps();

        /** {@code [n, classes]}. */
        Array logits();

        /**
         * Gradient of {@code sum(u * maps) + sum(v * logits)} by the batch. May be called any number of times.
         *
         * @param u of the maps' shape, or null for nothing
         * @param v of the logits' shape, or null for nothing
         * @return of the batch's shape
         */
        Array pullback(@Nullable Array u, @Nullable Array v);

        @Override
        void close();
    }
}
