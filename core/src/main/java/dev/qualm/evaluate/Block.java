package dev.qualm.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All detectors on one set of one model under one view: the unit in which tests are corrected. */
record Block(ScoredSet set, View view) {
    List<Cell> cells(ScoredModel scored, EvaluationSettings settings, Map<String, ? extends AdaptiveResult> adaptive) {
        Sample.Sides sides = Sample.Sides.of(view, scored.id(), set);
        List<DetectorCost> detectors = scored.detectors();
        List<Sample> samples = new ArrayList<>();
        List<@Nullable RankNumbers> numbers = new ArrayList<>();
        for (int d = 0; d < detectors.size(); d++) {
            Sample sample = sides.sample(d);
            samples.add(sample);
            numbers.add(sample.missing().isEmpty() ? RankNumbers.of(sample, settings) : null);
        }
        List<Comparison> baseline = against(sides, scored, scored.index(settings.baseline()), settings);
        List<Integer> floor = new ArrayList<>();
        List<List<Comparison>> floors = new ArrayList<>();
        for (int d = 0; d < detectors.size(); d++) {
            if (detectors.get(d).floor() && numbers.get(d) != null) {
                floor.add(d);
                floors.add(
                        detectors.get(d).name().equals(settings.baseline())
                                ? baseline
                                : against(sides, scored, d, settings));
            }
        }
        List<Cell> cells = new ArrayList<>();
        for (int d = 0; d < detectors.size(); d++) {
            Sample sample = samples.get(d);
            RankNumbers own = numbers.get(d);
            String name = detectors.get(d).name();
            List<String> notBeaten = new ArrayList<>();
            double best = Double.NEGATIVE_INFINITY;
            for (int f = 0; f < floor.size(); f++) {
                RankNumbers theirs = numbers.get(floor.get(f));
                best = theirs == null ? best : Math.max(best, theirs.auroc().value());
                if (floor.get(f) != d && !floors.get(f).get(d).better(settings.alpha())) {
                    notBeaten.add(detectors.get(floor.get(f)).name());
                }
            }
            cells.add(new Cell(
                    scored.name(),
                    name,
                    set.name(),
                    set.role(),
                    view,
                    sides.negatives().length,
                    sides.positives().length,
                    sample.undefinedNegatives(),
                    sample.undefinedPositives(),
                    own,
                    own == null || view == View.DETECTION ? null : SelectiveNumbers.of(sample, settings),
                    sample.missing(),
                    own == null || name.equals(settings.baseline()) ? null : baseline.get(d),
                    verdict(detectors.get(d), own, best, notBeaten),
                    detectors.get(d).floor() || own == null ? List.of() : notBeaten,
                    detectors.get(d),
                    set.role() == Role.ADVERSARIAL ? adaptive.get(name) : null));
        }
        return cells;
    }

    private static FloorVerdict verdict(
            DetectorCost detector, @Nullable RankNumbers own, double best, List<String> notBeaten) {
        if (detector.floor()) {
            return FloorVerdict.FLOOR;
        }
        if (own == null || best == Double.NEGATIVE_INFINITY) {
            return FloorVerdict.UNKNOWN;
        }
        if (own.auroc().value() < best) {
            return FloorVerdict.BELOW;
        }
        return notBeaten.isEmpty() ? FloorVerdict.ABOVE : FloorVerdict.NOT_ABOVE;
    }

    /** Every detector against one; the one itself has a place, but is no test. */
    private static List<Comparison> against(
            Sample.Sides sides, ScoredModel scored, int other, EvaluationSettings settings) {
        List<Comparison> out = new ArrayList<>();
        String name = scored.detectors().get(other).name();
        for (int d = 0; d < scored.detectors().size(); d++) {
            out.add(
                    d == other
                            ? new Comparison(name, 0, null, Double.NaN, Double.NaN, "itself")
                            : Comparison.of(sides, d, other, name, settings));
        }
        return Comparison.corrected(out);
    }
}
