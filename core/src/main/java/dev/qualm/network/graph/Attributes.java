package dev.qualm.network.graph;

import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of a node, by name. Values are {@code Long}, {@code Float}, {@code String}, {@code long[]}, {@code float[]},
 * {@code List<String>} or {@link Array}, as in ONNX.
 */
public final class Attributes {
    /** No attributes at all. */
    public static final Attributes NONE = new Attributes(Map.of());

    private final Map<String, Object> values;

    public Attributes(Map<String, Object> values) {
        this.values = new TreeMap<>(values);
    }

    public Set<String> names() {
        return Set.copyOf(values.keySet());
    }

    /** All values by name, in the order of the names. */
    public Map<String, Object> asMap() {
        return Collections.unmodifiableMap(values);
    }

    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** The raw value, or null if the attribute is absent. */
    public @Nullable Object get(String name) {
        return values.get(name);
    }

    public long getInt(String name, long otherwise) {
        Long v = typed(name, Long.class, "an integer");
        return v == null ? otherwise : v;
    }

    public float getFloat(String name, float otherwise) {
        Object raw = values.get(name);
        if (raw instanceof Long l) {
            return l;
        }
        Float v = typed(name, Float.class, "a float");
        return v == null ? otherwise : v;
    }

    public String getString(String name, String otherwise) {
        String v = typed(name, String.class, "a string");
        return v == null ? otherwise : v;
    }

    public long @Nullable [] getInts(String name) {
        Object raw = values.get(name);
        if (raw instanceof Long l) {
            return new long[] {l};
        }
        return typed(name, long[].class, "a list of integers");
    }

    public float @Nullable [] getFloats(String name) {
        return typed(name, float[].class, "a list of floats");
    }

    @SuppressWarnings("unchecked")
    public @Nullable List<String> getStrings(String name) {
        return (List<String>) typed(name, List.class, "a list of strings");
    }

    public @Nullable Array getTensor(String name) {
        return typed(name, Array.class, "a tensor");
    }

    /** These attributes with one more, or one replaced. */
    public Attributes with(String name, Object value) {
        Map<String, Object> copy = new TreeMap<>(values);
        copy.put(name, value);
        return new Attributes(copy);
    }

    private <T> @Nullable T typed(String name, Class<T> type, String expected) {
        Object raw = values.get(name);
        if (raw != null && !type.isInstance(raw)) {
            throw new UnsupportedModelException("Attribute '" + name + "': expected " + expected + ", but found "
                    + raw.getClass().getSimpleName());
        }
        return type.cast(raw);
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof Attributes a
                && values.keySet().equals(a.values.keySet())
                && values.keySet().stream().allMatch(k -> Objects.deepEquals(values.get(k), a.values.get(k)));
    }

    @Override
    public int hashCode() {
        return values.keySet().hashCode();
    }

    @Override
    public String toString() {
        return values.keySet().toString();
    }
}
