package dev.qualm.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One item of which a map is wanted.
 *
 * @param id its name
 * @param label its class in the data, by name or else by number, or null if unknown
 * @param number that class's number, -1 if it is unknown or has a name, by which it is to be compared
 * @param fit the data it belongs to, or null if they cannot be read
 * @param index its place there
 * @param problem why it cannot be read, where that is known beforehand; else empty
 */
record MapItem(
        String id,
        @Nullable String label,
        int number,
        @Nullable InputFit fit,
        int index,
        String problem) {
    /** @param labels of all items of the data, or null if unknown */
    static MapItem of(InputFit fit, int index, int @Nullable [] labels) {
        String id = fit.data().id(index);
        if (labels == null) {
            return new MapItem(id, null, -1, fit, index, "");
        }
        List<String> names = fit.data().classes();
        int label = labels[index];
        return names.isEmpty()
                ? new MapItem(id, Integer.toString(label), label, fit, index, "")
                : new MapItem(id, names.get(label), -1, fit, index, "");
    }

    static MapItem unreadable(String id, String problem) {
        return new MapItem(id, null, -1, null, 0, problem);
    }
}
