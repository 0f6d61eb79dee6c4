package dev.qualm.evaluate;

import dev.qualm.Provenance;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All scores of one model: what {@link Evaluator} makes and {@link ModelEvaluation} puts into a table.
 *
 * @param name of the model, for tables
 * @param hash of the model
 * @param detectors in the order of the sets' values
 * @param id ordinary items
 * @param sets all others
 * @param refusals detectors that cannot work with this model, and why
 * @param warnings what is doubtful about the sets
 * @param provenance what made the scores
 */
public record ScoredModel(
        String name,
        String hash,
        List<DetectorCost> detectors,
        ScoredSet id,
        List<ScoredSet> sets,
        Map<String, String> refusals,
        List<String> warnings,
        Provenance provenance) {
    public ScoredModel {
        detectors = List.copyOf(detectors);
        sets = List.copyOf(sets);
        refusals = Map.copyOf(refusals);
        warnings = List.copyOf(warnings);
        Set<String> names = new HashSet<>();
        for (DetectorCost d : detectors) {
            if (!names.add(d.name())) {
                throw new EvaluationException("Expected different detectors, but found " + d.name() + " twice");
            }
        }
        names.clear();
        for (ScoredSet s : sets) {
            if (s.name().equals(ModelEvaluation.WRONG) || !names.add(s.name())) {
                throw new EvaluationException("Expected sets of different names, and none called '"
                        + ModelEvaluation.WRONG + "', but found '" + s.name() + "' once more; rename it");
            }
        }
        for (ScoredSet s : sets) {
            requireDetectors(s, detectors.size());
        }
        requireDetectors(id, detectors.size());
    }

    private static void requireDetectors(ScoredSet set, int detectors) {
        if (set.values().length != detectors) {
            throw new EvaluationException("Set " + set.name() + ": expected the scores of " + detectors
                    + " detectors, but found " + set.values().length);
        }
    }

    /** Number of a detector. */
    int index(String detector) {
        for (int d = 0; d < detectors.size(); d++) {
            if (detectors.get(d).name().equals(detector)) {
                return d;
            }
        }
        throw new EvaluationException("Expected a detector among "
                + detectors.stream().map(DetectorCost::name).toList() + ", but found '" + detector + "'");
    }

    @Override
    public String toString() {
        return name + ": " + detectors.size() + " detectors, " + sets.size() + " sets beside " + id.size()
                + " ordinary items";
    }
}
