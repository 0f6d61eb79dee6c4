package dev.qualm.mutation;

/** Hears how a search for mutants gets on, on the thread that searches; an exception from here ends it. */
@FunctionalInterface
public interface SearchProgress {
    /** Says nothing. */
    SearchProgress NONE = (accepted, wanted, attempts, cap) -> {};

    /** After each candidate: mutants so far and wanted, candidates so far and at most. */
    void candidate(int accepted, int wanted, long attempts, long cap);
}
