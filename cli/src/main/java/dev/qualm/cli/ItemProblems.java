package dev.qualm.cli;

import dev.qualm.Status;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Items that something is wrong with, gathered by what it is. */
final class ItemProblems {
    private static final int NAMED = 3;

    private final Map<Status, List<String>> ids = new LinkedHashMap<>();

    void add(String id, Status status) {
        if (!status.isOk()) {
            ids.computeIfAbsent(status, s -> new ArrayList<>()).add(id);
        }
    }

    /** A line per problem, with the first items that have it. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        ids.forEach((status, of) -> lines.add(String.join(", ", of.subList(0, Math.min(NAMED, of.size())))
                + (of.size() > NAMED ? " and " + (of.size() - NAMED) + " more" : "") + ": " + status));
        return lines;
    }
}
