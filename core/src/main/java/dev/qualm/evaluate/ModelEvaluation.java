package dev.qualm.evaluate;

import dev.qualm.Provenance;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * The table of one model.
 *
 * @param scored what it was made of
 * @param settings how it was made
 * @param cells set by set in their order, wrong predictions of ordinary items first, each by detector
 * @param leftOut what learnt combinations of detectors reach on sets that they did not learn from; empty if not asked for
 * @param adaptive what attackers who know the detectors made of them
 * @param warnings what is doubtful
 * @param provenance what made it
 */
public record ModelEvaluation(
        ScoredModel scored,
        EvaluationSettings settings,
        List<Cell> cells,
        List<LeftOut> leftOut,
        List<AdaptiveResult> adaptive,
        List<String> warnings,
        Provenance provenance) {
    /** Name of the set of ordinary items that are predicted wrongly. */
    public static final String WRONG = "wrong predictions";

    public ModelEvaluation {
        cells = List.copyOf(cells);
        leftOut = List.copyOf(leftOut);
        adaptive = List.copyOf(adaptive);
        warnings = List.copyOf(warnings);
    }

    /** Without results of adaptive attacks: adversarial rows will be stamped. */
    public static ModelEvaluation of(ScoredModel scored, EvaluationSettings settings) {
        return of(scored, settings, Map.of(), done -> {});
    }

    /**
     * Makes the table.
     *
     * @param adaptive results of adaptive attacks by detector
     * @param progress told the number of {@link #blocks} done
     */
    public static ModelEvaluation of(
            ScoredModel scored,
            EvaluationSettings settings,
            Map<String, ? extends AdaptiveResult> adaptive,
            IntConsumer progress) {
        scored.index(settings.baseline());
        adaptive.keySet().forEach(scored::index);
        List<String> warnings = new ArrayList<>(scored.warnings());
        scored.refusals().forEach((d, why) -> warnings.add("Detector " + d + " is left out: " + why));
        List<Cell> cells = new ArrayList<>();
        List<Block> blocks = blocks(scored);
        for (int b = 0; b < blocks.size(); b++) {
            List<Cell> found = blocks.get(b).cells(scored, settings, adaptive);
            warn(blocks.get(b), found, warnings);
            cells.addAll(found);
            progress.accept(b + 1);
        }
        List<AdaptiveResult> attacked = List.copyOf(adaptive.values());
        for (AdaptiveResult a : attacked) {
            if (!a.attacked()) {
                warnings.add("Adaptive attacks on " + a.detector() + " had nothing to attack: " + a.conditions());
            }
            a.doubts().forEach(d -> warnings.add("Adaptive attacks on " + a.detector() + " may be weak, " + d));
        }
        return new ModelEvaluation(
                scored,
                settings,
                cells,
                List.of(),
                attacked,
                warnings,
                scored.provenance()
                        .with("baseline", settings.baseline())
                        .with("level", settings.level())
                        .with("resamples", settings.replicates())
                        .with("seed", settings.seed()));
    }

    private static void warn(Block block, List<Cell> cells, List<String> warnings) {
        String name = "'" + block.set().name() + "', " + block.view().words();
        Cell first = cells.get(0);
        int fewest = Math.min(first.positives(), first.negatives());
        if (fewest < 30) {
            warnings.add(name + ": only " + first.positives() + " items to be caught and " + first.negatives()
                    + " to be trusted; the intervals say how little that is");
        }
        Map<String, Integer> undefined = new LinkedHashMap<>();
        cells.stream().filter(c -> c.undefined() > 0).forEach(c -> undefined.put(c.detector(), c.undefined()));
        if (!undefined.isEmpty()) {
            warnings.add(name + ": items without a score are left out of the numbers of these detectors: " + undefined);
        }
    }

    /** Number of parts that the work has. */
    public static int blocks(ScoredModel scored, EvaluationSettings settings) {
        scored.index(settings.baseline());
        return blocks(scored).size();
    }

    private static List<Block> blocks(ScoredModel scored) {
        List<Block> blocks = new ArrayList<>();
        if (scored.id().labels() != null) {
            ScoredSet id = scored.id();
            blocks.add(new Block(
                    new ScoredSet(
                            WRONG,
                            Role.MISCLASSIFIED,
                            id.predictions(),
                            id.labels(),
                            id.values(),
                            id.contents(),
                            null,
                            id.unreadable(),
                            null,
                            id.origin()),
                    View.FAILURES));
        }
        for (ScoredSet s : scored.sets()) {
            blocks.add(new Block(s, View.DETECTION));
            if (s.role() == Role.COVARIATE_SHIFTED && s.labels() != null) {
                blocks.add(new Block(s, View.FAILURES));
            }
        }
        return blocks;
    }

    /** The same with results of learnt combinations. */
    public ModelEvaluation withLeftOut(List<LeftOut> results) {
        return new ModelEvaluation(scored, settings, cells, results, adaptive, warnings, provenance);
    }

    /** The cells of a set under a view, by detector. */
    public List<Cell> of(String set, View view) {
        return cells.stream()
                .filter(c -> c.set().equals(set) && c.view() == view)
                .toList();
    }

    /** One cell. */
    public Cell cell(String detector, String set, View view) {
        return of(set, view).stream()
                .filter(c -> c.detector().equals(detector))
                .findFirst()
                .orElseThrow(() -> new EvaluationException("There is no cell of detector " + detector + " on set '"
                        + set + "' with view " + view.text() + " of model " + scored.name()));
    }

    /** Accuracy on ordinary items, items without a prediction counted as wrong; NaN without labels. */
    public double accuracy() {
        return scored.id().labels() == null
                ? Double.NaN
                : scored.id().right().length / (double) scored.id().size();
    }

    @Override
    public String toString() {
        return scored.name() + ": " + cells.size() + " cells of "
                + scored.detectors().size() + " detectors";
    }
}
