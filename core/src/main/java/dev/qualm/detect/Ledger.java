package dev.qualm.detect;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What each shared thing of one evidence took to make, without the other shared things it is made of, and which those are: so that it can be
 * said what a score would take alone, whoever asked for its parts first. Belongs to one thread.
 */
final class Ledger {
    private final LongSupplier clock;
    private final Map<Object, Entry> made = new HashMap<>();
    private final Deque<Entry> open = new ArrayDeque<>();

    /** @param clock nanoseconds */
    Ledger(LongSupplier clock) {
        this.clock = clock;
    }

    /** Something made: its own time and what it used. */
    private static final class Entry {
        private long own;
        private final Set<Object> used = new LinkedHashSet<>();
    }

    /** Notes that whatever is being made uses a thing. */
    void use(Object key) {
        if (!open.isEmpty()) {
            open.element().used.add(key);
        }
    }

    /** Makes a thing for the first time. */
    <T> T make(Object key, Supplier<T> maker) {
        use(key);
        Entry entry = new Entry();
        made.put(key, entry);
        return run(entry, maker);
    }

    /** Nanoseconds that some work takes alone: all shared things it uses included, also those that were there. */
    long alone(Runnable work) {
        Entry entry = new Entry();
        run(entry, () -> {
            work.run();
            return entry;
        });
        long nanos = entry.own;
        Set<Object> all = new LinkedHashSet<>();
        Deque<Object> next = new ArrayDeque<>(entry.used);
        while (!next.isEmpty()) {
            Object key = next.remove();
            Entry part = made.get(key);
            if (part != null && all.add(key)) {
                nanos += part.own;
                next.addAll(part.used);
            }
        }
        return nanos;
    }

    private <T> T run(Entry entry, Supplier<T> work) {
        open.push(entry);
        long start = clock.getAsLong();
        try {
            return work.get();
        } finally {
            long nanos = clock.getAsLong() - start;
            open.pop();
            entry.own += nanos;
            if (!open.isEmpty()) {
                open.element().own -= nanos;
            }
        }
    }
}
