package dev.qualm.evaluate;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Tables of one or several models, and what they say together.
 *
 * @param models tables, by model
 * @param spreads over the models, set by set; never over sets
 * @param ranks over models and sets of one role
 * @param nonAdaptive detectors with numbers on attacked items that nobody attacked themselves
 * @param warnings what is doubtful
 */
public record EvaluationReport(
        List<ModelEvaluation> models,
        List<ModelSpread> spreads,
        List<RoleRanks> ranks,
        List<String> nonAdaptive,
        List<String> warnings) {
    /** The stamp on adversarial numbers without adaptive attacks. */
    public static final String NON_ADAPTIVE = "NON-ADAPTIVE";

    /** What the stamp means. */
    public static final String NON_ADAPTIVE_MEANS = NON_ADAPTIVE
            + ": the attacks did not know of the detectors. Numbers on attacked items say nothing about attackers who do."
            + " qualm evaluate --adaptive N attacks the detectors too, and takes the stamp off those it attacked.";

    public EvaluationReport {
        models = List.copyOf(models);
        spreads = List.copyOf(spreads);
        ranks = List.copyOf(ranks);
        nonAdaptive = List.copyOf(nonAdaptive);
        warnings = List.copyOf(warnings);
    }

    /**
     * Puts tables together.
     *
     * @param models of different names, made with the same settings
     */
    public static EvaluationReport of(List<ModelEvaluation> models) {
        if (models.isEmpty()) {
            throw new EvaluationException("Expected the table of at least one model, but found none");
        }
        EvaluationSettings settings = models.get(0).settings();
        Set<String> names = new HashSet<>();
        List<Cell> cells = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        for (ModelEvaluation m : models) {
            if (!names.add(m.scored().name()) || !m.settings().equals(settings)) {
                throw new EvaluationException("Expected models of different names and tables made alike, but found '"
                        + m.scored().name() + "' made with " + m.settings() + "; the first was made with " + settings);
            }
            cells.addAll(m.cells());
            m.warnings()
                    .forEach(w ->
                            warnings.add(models.size() == 1 ? w : m.scored().name() + ": " + w));
        }
        List<String> stamped = List.copyOf(new TreeSet<>(
                cells.stream().filter(Cell::nonAdaptive).map(Cell::detector).toList()));
        return new EvaluationReport(models, ModelSpread.of(cells), RoleRanks.of(cells, settings), stamped, warnings);
    }

    /** Settings that all tables were made with. */
    public EvaluationSettings settings() {
        return models.get(0).settings();
    }

    /** All cells, model by model. */
    public List<Cell> cells() {
        return models.stream().flatMap(m -> m.cells().stream()).toList();
    }

    /** Whether some number on attacked items stands without adaptive attacks. */
    public boolean stamped() {
        return !nonAdaptive.isEmpty();
    }

    @Override
    public String toString() {
        return (stamped() ? NON_ADAPTIVE + " " : "") + models;
    }
}
