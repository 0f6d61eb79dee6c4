package dev.qualm.detect.verdict;

/**
 * The verdict of a cascade on one item.
 *
 * @param verdict calibrated for the cascade as a whole
 * @param route which tier decided, and how
 * @param tier its name
 */
public record CascadeVerdict(Verdict verdict, Route route, String tier) {}
