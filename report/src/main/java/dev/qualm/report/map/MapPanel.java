package dev.qualm.report.map;

import dev.qualm.report.CosineMap;
import dev.qualm.report.Picture;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One cosine similarity map with what is known of its item.
 *
 * @param title the item's name
 * @param prediction what the model says of it, in words; empty if nothing
 * @param label what it really is, in words, or null if unknown
 * @param wrong whether prediction and label disagree
 * @param map rows and columns in the order to draw
 * @param names of rows and columns alike, or empty
 * @param predicted row of the predicted class, or -1
 * @param thumbnail the item itself where it is an image, or null
 * @param remark what is wrong with the item, or empty
 */
public record MapPanel(
        String title,
        String prediction,
        @Nullable String label,
        boolean wrong,
        CosineMap map,
        List<String> names,
        int predicted,
        @Nullable Picture thumbnail,
        String remark) {
    public MapPanel {
        names = List.copyOf(names);
        int k = map.values().length;
        if (k > 0 && !names.isEmpty() && names.size() != k) {
            throw new IllegalArgumentException("Map '" + title + "' has " + k + " rows, but " + names.size()
                    + " names; expected one for each or none");
        }
        if (predicted < -1 || predicted >= Math.max(k, 0) && predicted != -1) {
            throw new IllegalArgumentException("Map '" + title + "' has " + k
                    + " rows, but the predicted class is said to be in row " + predicted);
        }
    }

    /** Number of rows; 0 if there is no map. */
    int k() {
        return map.values().length;
    }
}
