package dev.qualm.cli;

import dev.qualm.detect.wrong.Discipline;
import dev.qualm.detect.wrong.Feature;
import dev.qualm.detect.wrong.FittedDetector;
import dev.qualm.detect.wrong.Labelled;
import dev.qualm.detect.wrong.Samples;
import dev.qualm.detect.wrong.WrongPredictionDetector;
import dev.qualm.metric.Auroc;
import dev.qualm.metric.AurocDifference;
import dev.qualm.metric.Ranking;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A fitted detector beside the scores that it is made of, on the items that its threshold was chosen on and nothing was fitted on.
 *
 * @param items those items
 * @param compared how many of them all scores could be computed for
 * @param rows cheapest first, the detector last
 */
record FitTable(FittedDetector detector, Labelled fit, Labelled items, int compared, List<Row> rows) {
    /**
     * One score.
     *
     * @param passes forward passes an item
     * @param ahead how far the detector is ahead of it; null for the detector
     */
    record Row(
            String name,
            Auroc auroc,
            double passes,
            @Nullable AurocDifference ahead) {
        /** Whether the detector ranks better than this score, beyond chance. */
        boolean beaten() {
            return ahead == null
                    || (!Double.isNaN(ahead.pValue()) && ahead.interval().low() > 0);
        }
    }

    FitTable {
        rows = List.copyOf(rows);
    }

    /**
     * Fits and compares.
     *
     * @param readPasses cost of an item without mutants
     * @param ratePasses cost of a label change rate, its own prediction included
     */
    static FitTable of(
            WrongPredictionDetector detector,
            Labelled fit,
            Labelled items,
            Discipline discipline,
            double readPasses,
            double ratePasses) {
        FittedDetector fitted = detector.fit(fit, items, discipline);
        Samples samples = items.samples();
        Set<Feature> features = detector.features();
        Map<String, double[]> scores = new LinkedHashMap<>();
        Map<String, Double> passes = new LinkedHashMap<>();
        put(scores, passes, Feature.MSP, samples.msp(), 1);
        put(scores, passes, Feature.MARGIN, samples.margin(), 1);
        if (features.contains(Feature.CONDUCTANCE) && features.size() > 1) {
            WrongPredictionDetector alone = new WrongPredictionDetector(
                    EnumSet.of(Feature.CONDUCTANCE),
                    detector.first(),
                    detector.second(),
                    detector.folds(),
                    detector.rule(),
                    detector.seed());
            put(
                    scores,
                    passes,
                    Feature.CONDUCTANCE,
                    alone.fit(fit, items, discipline).score(samples),
                    readPasses);
        }
        if (samples.labelChangeRate() != null) {
            put(scores, passes, Feature.LCR, samples.scalar(Feature.LCR), ratePasses);
        }
        String name = Feature.format(features);
        scores.remove(name);
        scores.put(name, fitted.score(samples));
        boolean mutants = features.contains(Feature.LCR);
        passes.put(
                name,
                features.equals(EnumSet.of(Feature.LCR)) ? ratePasses : readPasses + (mutants ? ratePasses - 1 : 0));
        return compare(fitted, fit, items, name, scores, passes);
    }

    private static void put(
            Map<String, double[]> scores, Map<String, Double> passes, Feature feature, double[] values, double cost) {
        scores.put(feature.label(), values);
        passes.put(feature.label(), cost);
    }

    private static FitTable compare(
            FittedDetector fitted,
            Labelled fit,
            Labelled items,
            String name,
            Map<String, double[]> scores,
            Map<String, Double> passes) {
        int[] usable = IntStream.range(0, items.size())
                .filter(i -> scores.values().stream().allMatch(s -> Double.isFinite(s[i])))
                .toArray();
        boolean[] all = items.wrong();
        boolean[] wrong = new boolean[usable.length];
        for (int i = 0; i < wrong.length; i++) {
            wrong[i] = all[usable[i]];
        }
        double[] own = select(Objects.requireNonNull(scores.get(name)), usable);
        List<Row> rows = new ArrayList<>();
        scores.forEach((score, values) -> {
            double[] kept = select(values, usable);
            rows.add(new Row(
                    score,
                    Auroc.of(Ranking.of(kept, wrong)),
                    Objects.requireNonNull(passes.get(score)),
                    score.equals(name) ? null : AurocDifference.between(own, kept, wrong)));
        });
        return new FitTable(fitted, fit, items, usable.length, rows);
    }

    private static double[] select(double[] values, int[] items) {
        return IntStream.of(items).mapToDouble(i -> values[i]).toArray();
    }

    Row own() {
        return rows.get(rows.size() - 1);
    }

    /** Scores that cost less than the detector and are not beaten by it. */
    List<Row> unbeaten() {
        return rows.stream()
                .filter(r -> r.ahead() != null && r.passes() < own().passes() && !r.beaten())
                .toList();
    }
}
