package dev.qualm.report;

import java.util.List;

/**
 * The most doubted images.
 *
 * @param rankedBy how they were chosen, in words
 * @param classes names of the model's classes, in output order
 * @param ordinary mean map of ordinary images, to compare with
 * @param items most doubted first
 */
public record Doubted(String rankedBy, List<String> classes, CosineMap ordinary, List<DoubtedItem> items) {
    public Doubted {
        classes = List.copyOf(classes);
        items = List.copyOf(items);
        requireSize("mean", ordinary, classes.size());
        for (DoubtedItem item : items) {
            requireSize(item.id(), item.map(), classes.size());
        }
    }

    private static void requireSize(String whose, CosineMap map, int classes) {
        if (map.reason() == null && map.values().length != classes) {
            throw new IllegalArgumentException("The map of " + whose + " has " + map.values().length
                    + " rows, but there are " + classes + " classes");
        }
    }
}
