package dev.qualm.detect;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What the evidence of many micro-batches of one network shares: things that are made once and used for each, such as a compiled explanation
 * or drawn mutants. Thread-safe. Closing it closes those that can be closed.
 */
public final class Shared implements AutoCloseable {
    private final Map<Object, Object> made = new LinkedHashMap<>();

    /**
     * What belongs to a key, made when it is first asked for; others wait meanwhile.
     *
     * @param key equal for equal things
     */
    public synchronized <T> T get(Object key, Class<T> type, Supplier<T> maker) {
        Object found = made.get(key);
        if (found == null) {
            found = maker.get();
            made.put(key, found);
        }
        return type.cast(found);
    }

    @Override
    public synchronized void close() {
        List<Object> all = new ArrayList<>(made.values());
        made.clear();
        for (Object o : all) {
            if (o instanceof AutoCloseable c) {
                try {
                    c.close();
                } catch (RuntimeException e) {
                    throw e;
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }
}
