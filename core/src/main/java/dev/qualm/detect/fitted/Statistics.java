package dev.qualm.detect.fitted;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** The statistics that some detectors need, each once. */
public final class Statistics {
    private final Map<Statistic.Need<?>, Statistic<?>> found = new LinkedHashMap<>();

    /** Empty ones. */
    public Statistics(Site site, Collection<? extends Statistic.Need<?>> needs) {
        for (Statistic.Need<?> need : needs) {
            found.computeIfAbsent(need, n -> n.empty(site));
        }
    }

    /** The statistic that meets a need. */
    public <S extends Statistic<S>> S get(Statistic.Need<S> need) {
        Statistic<?> s = found.get(need);
        if (s == null) {
            throw new IllegalArgumentException("Expected one of the needs " + found.keySet() + ", but found " + need);
        }
        return need.type().cast(s);
    }

    void add(Readings batch) {
        found.values().forEach(s -> s.add(batch));
    }

    void merge(Statistics other) {
        for (Statistic.Need<?> need : found.keySet()) {
            merge(need, other);
        }
    }

    private <S extends Statistic<S>> void merge(Statistic.Need<S> need, Statistics other) {
        get(need).merge(other.get(need));
    }
}
