package dev.qualm.sustainability;

import dev.qualm.Provenance;
import dev.qualm.array.Array;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What an analysis found.
 *
 * @param taps in the order of the network, or as they were named
 * @param measures what was measured
 * @param perturbations in the order given, with the sizes reached
 * @param movements one for each tap, perturbation and measure
 * @param items that were read and compared
 * @param unreadable items that could not be read
 * @param problems items without a value somewhere, at most {@value #LISTED} of them
 * @param problemCount how many there are
 * @param itemValues values of single items by {@code perturbation/measure}, {@code [items, taps]} with NaN where undefined, in
 *     the order of the data without unreadable items; empty unless asked for
 * @param groups of values that are summed up over the items, for {@link MostVulnerableLayers}
 * @param provenance network, data, settings
 */
public record SustainabilityResult(
        List<Tap> taps,
        List<Measure> measures,
        List<PerturbationSize> perturbations,
        List<LayerMovement> movements,
        long items,
        long unreadable,
        List<ItemProblem> problems,
        long problemCount,
        Map<String, Array> itemValues,
        List<Spread> groups,
        Provenance provenance) {
    /** Most problems that are listed; all are counted. */
    public static final int LISTED = 1000;

    /**
     * Count, mean and sum of squared distances from it, of the values of one tap, perturbation and measure over the items.
     *
     * @param movement index into the movements
     */
    public record Spread(int movement, long count, double mean, double squares) {}

    public SustainabilityResult {
        taps = List.copyOf(taps);
        measures = List.copyOf(measures);
        perturbations = List.copyOf(perturbations);
        movements = List.copyOf(movements);
        problems = List.copyOf(problems);
        itemValues = Map.copyOf(itemValues);
        groups = List.copyOf(groups);
    }

    /** One movement per tap, in order. */
    public List<LayerMovement> of(String perturbation, Measure measure) {
        List<LayerMovement> found = movements.stream()
                .filter(m -> m.perturbation().equals(perturbation) && m.measure() == measure)
                .toList();
        if (found.isEmpty()) {
            throw new SustainabilityException("Nothing was measured by " + measure.label() + " under '" + perturbation
                    + "'; there are " + measures.stream().map(Measure::label).toList() + " under "
                    + names());
        }
        return found;
    }

    /** Names of the perturbations, in order. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        perturbations.forEach(p -> names.add(p.name()));
        return names;
    }

    /** The most vulnerable layers under one perturbation by the first measure; see {@link MostVulnerableLayers}. */
    public MostVulnerableLayers mostVulnerable(String perturbation, double eta) {
        return MostVulnerableLayers.of(this, measures.get(0), List.of(perturbation), eta);
    }

    /** The most vulnerable layers under all perturbations together, by the first measure. */
    public MostVulnerableLayers mostVulnerable(double eta) {
        return MostVulnerableLayers.of(this, measures.get(0), names(), eta);
    }
}
