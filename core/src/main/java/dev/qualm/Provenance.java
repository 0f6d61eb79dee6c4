package dev.qualm;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What made a result, so that it can be made again: model hash, method, every parameter, seed, versions, passes.
 *
 * @param entries in reading order
 */
public record Provenance(Map<String, String> entries) {
    public Provenance {
        entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }

    /** A first entry, always {@code method}. */
    public static Provenance of(String method) {
        return new Provenance(Map.of("method", method));
    }

    /** These entries and one more; a known key is replaced in place. */
    public Provenance with(String key, Object value) {
        Map<String, String> copy = new LinkedHashMap<>(entries);
        copy.put(key, String.valueOf(value));
        return new Provenance(copy);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        entries.forEach((k, v) ->
                text.append(text.isEmpty() ? "" : ", ").append(k).append('=').append(v));
        return text.toString();
    }
}
