package dev.qualm.network.onnx;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Makes names unique by appending {@code #2}, {@code #3} and so on; reserved names are never given to anybody else. */
final class UniqueNames {
    private final Set<String> taken = new HashSet<>();
    private final Map<String, Integer> next = new HashMap<>();

    void reserve(String name) {
        taken.add(name);
    }

    /** The wanted name, or the first free one after it. */
    String unique(String wanted) {
        if (taken.add(wanted)) {
            return wanted;
        }
        // Counting on per name keeps a million equal names linear.
        String name;
        do {
            name = wanted + "#" + next.merge(wanted, 2, (n, two) -> n + 1);
        } while (!taken.add(name));
        return name;
    }
}
