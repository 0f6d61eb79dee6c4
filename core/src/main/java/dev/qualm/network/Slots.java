package dev.qualm.network;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Numbers for the tensors of a plan. */
final class Slots {
    private final Map<String, Integer> numbers = new HashMap<>();
    private final List<String> names = new ArrayList<>();

    /** The number of a tensor, given on first use. */
    int add(String name) {
        return numbers.computeIfAbsent(name, k -> {
            names.add(k);
            return names.size() - 1;
        });
    }

    /** Numbers of several; -1 for inputs and outputs that are left out. */
    int[] add(List<String> several) {
        return several.stream().mapToInt(n -> n.isEmpty() ? -1 : add(n)).toArray();
    }

    boolean has(String name) {
        return numbers.containsKey(name);
    }

    /** The number of a tensor that has one. */
    int of(String name) {
        return java.util.Objects.requireNonNull(numbers.get(name), name);
    }

    String name(int slot) {
        return names.get(slot);
    }

    int count() {
        return names.size();
    }
}
