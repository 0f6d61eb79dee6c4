package dev.qualm.manipulation;

import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.attribution.DifferentiableMaps;
import dev.qualm.attribution.MapFunction;
import dev.qualm.attribution.Normalisation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Heat maps {@code [n, ...]}, a status per map and logits {@code [n, classes]}, all FLOAT64. */
record Seen(Array heatMaps, List<Status> status, Array logits) {
    /**
     * Looks at images in groups, since a point may keep everything that its derivative needs.
     *
     * @param classes what the maps explain, or null for the predicted class
     */
    static Seen of(DifferentiableMaps maps, HeatMapForm form, Array images, int @Nullable [] classes) {
        List<Array> heatMaps = new ArrayList<>();
        List<Array> logits = new ArrayList<>();
        List<Status> status = new ArrayList<>();
        int n = images.dim(0);
        for (int from = 0; from < n; from += ExplanationAttack.GROUP) {
            int to = Math.min(n, from + ExplanationAttack.GROUP);
            int[] wanted = new int[to - from];
            Arrays.fill(wanted, MapFunction.PREDICTED);
            if (classes != null) {
                System.arraycopy(classes, from, wanted, 0, wanted.length);
            }
            try (DifferentiableMaps.Point point = maps.at(images.slice(from, to), wanted)) {
                Points.require(point, wanted.length);
                Normalisation.Scaled scaled = form.of(point.maps());
                heatMaps.add(scaled.values());
                status.addAll(scaled.status());
                logits.add(point.logits().asFloat64());
            }
        }
        return new Seen(Array.concat(heatMaps), status, Array.concat(logits));
    }

    /** Heat maps made beforehand. */
    static Seen given(Array heatMaps) {
        Array values = heatMaps.asFloat64();
        return new Seen(values, Normalisation.NONE.of(values).status(), values);
    }

    /** The class predicted for an image. */
    int predicted(int image) {
        return Vectors.argmax(Rows.row(logits, image));
    }
}
