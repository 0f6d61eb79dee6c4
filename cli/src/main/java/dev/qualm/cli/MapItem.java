package dev.qualm.cli;

import dev.qualm.data.Dataset;
import org.jspecify.annotations.Nullable;

/**
 * One item of which a map is wanted.
 *
 * @param id its name
 * @param label its class in the data, by name or else by number, or null if unknown
 * @param fit the data it belongs to, or null if they cannot be read
 * @param index its place there
 * @param problem why it cannot be read, where that is known beforehand; else empty
 */
record MapItem(String id, @Nullable String label, @Nullable InputFit fit, int index, String problem) {
    /** @param labels of all items of the data, or null if unknown */
    static MapItem of(InputFit fit, int index, int @Nullable [] labels) {
        String label = labels == null ? null : name(fit.data(), labels[index]);
        return new MapItem(fit.data().id(index), label, fit, index, "");
    }

    static MapItem unreadable(String id, String problem) {
        return new MapItem(id, null, null, 0, problem);
    }

    /** The name of a label, or its number. */
    static String name(Dataset data, int label) {
        return data.classes().isEmpty()
                ? Integer.toString(label)
                : data.classes().get(label);
    }
}
