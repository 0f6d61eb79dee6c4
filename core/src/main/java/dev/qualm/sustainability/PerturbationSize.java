package dev.qualm.sustainability;

import dev.qualm.Provenance;

/**
 * How far a perturbation moved the inputs, in the unit of the analysis' box; after scaling, where perturbations were scaled.
 *
 * @param name of the perturbation
 * @param l2 mean Euclidean length
 * @param linf mean of the largest change of an entry
 * @param unmoved items that it left as they were
 * @param provenance all its settings
 */
public record PerturbationSize(String name, double l2, double linf, long unmoved, Provenance provenance) {}
