package dev.qualm.manipulation;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.attribution.DifferentiableMaps;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Holds foreign implementations of maps to their contract. */
final class Points {
    private Points() {}

    /** One map and one row of logits per input. */
    static void require(DifferentiableMaps.Point point, int n) {
        Array maps = point.maps();
        Array logits = point.logits();
        if (maps.rank() < 2 || maps.dim(0) != n || logits.rank() != 2 || logits.dim(0) != n) {
            throw new ShapeException("Expected maps [" + n + ", ...] and logits [" + n + ", classes] for " + n
                    + " inputs, but found " + maps + " and " + logits);
        }
    }

    /** A derivative of the inputs' shape. */
    static Array pullback(DifferentiableMaps.Point point, Array batch, @Nullable Array u, @Nullable Array v) {
        Array gradient = point.pullback(u, v);
        if (!Arrays.equals(gradient.shape(), batch.shape())) {
            throw new ShapeException("Expected a derivative of the inputs' shape " + batch + ", but found " + gradient);
        }
        return gradient;
    }
}
