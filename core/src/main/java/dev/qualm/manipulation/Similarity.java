package dev.qualm.manipulation;

import dev.qualm.array.Array;
import dev.qualm.metric.MapPearson;

/** Compares two images or two heat maps, for example by structural similarity; 1 = the same. */
@FunctionalInterface
public interface Similarity {
    /**
     * Compares one image or map with another.
     *
     * @param a one image {@code [c, h, w]} or one heat map, FLOAT64
     * @param b of the same shape
     * @return 1 for the same; NaN where undefined
     */
    double of(Array a, Array b);

    /** Pearson's correlation over all entries; NaN if either is constant. */
    static double pearson(Array a, Array b) {
        return MapPearson.correlation(a.toDoubles(), b.toDoubles());
    }
}
