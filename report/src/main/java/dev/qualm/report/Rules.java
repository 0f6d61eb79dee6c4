package dev.qualm.report;

/**
 * How the numbers were computed: FPR95 is three different numbers in the literature, so a report always says which.
 *
 * @param auroc positive class and treatment of ties
 * @param fpr95 which class is positive, how the threshold is chosen, treatment of ties
 * @param intervals method, level and number of resamples
 * @param time what was timed, on how many threads
 */
public record Rules(String auroc, String fpr95, String intervals, String time) {}
