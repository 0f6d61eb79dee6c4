package dev.qualm.report;

import org.jspecify.annotations.Nullable;

/**
 * Cosines between the input gradients of all pairs of classes, or the reason why there are none.
 *
 * @param values square, rows and columns in class order, -1 to 1, NaN where undefined; empty if missing
 * @param reason why the map is missing; null exactly if it is there
 */
public record CosineMap(double[][] values, @Nullable String reason) {
    public CosineMap {
        values = values.clone();
        for (int i = 0; i < values.length; i++) {
            values[i] = values[i].clone();
            if (values[i].length != values.length) {
                throw new IllegalArgumentException("A cosine similarity map is square: expected " + values.length
                        + " columns, but row " + i + " has " + values[i].length);
            }
        }
        if ((values.length == 0) != (reason != null)) {
            throw new IllegalArgumentException("A missing map needs a reason and a present one has none, but found "
                    + values.length + " rows and reason " + reason);
        }
    }

    public static CosineMap of(double[][] values) {
        return new CosineMap(values, null);
    }

    public static CosineMap missing(String reason) {
        return new CosineMap(new double[0][], reason);
    }
}
