package dev.qualm.cli.demo;

import dev.qualm.cli.ProgressBar;
import dev.qualm.detect.Score;
import dev.qualm.detect.ScoreTable;
import dev.qualm.detect.Scorer;
import dev.qualm.detect.Scores;
import dev.qualm.metric.Bootstrap;
import dev.qualm.network.Network;
import dev.qualm.report.OutSet;
import dev.qualm.report.ScoreRow;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Everything the demonstration computes.
 *
 * @param ordinary the test images
 * @param unusual the sets to be doubted
 * @param tables scores by set name, the ordinary images first
 * @param labels classes of the ordinary images
 * @param rows one per score, with a first cell for the model's own mistakes
 * @param classes number of classes
 */
record DemoRun(
        DemoSet ordinary,
        List<DemoSet> unusual,
        Map<String, ScoreTable> tables,
        int[] labels,
        List<ScoreRow> rows,
        int classes) {
    /** Column of the model's own errors among the ordinary images. */
    static final String MISTAKES = "mistakes";

    /** Logit scores as reference, then what gradients add. */
    static final List<String> SCORES = List.of("msp", "energy", "entropy", "gen", "gradnorm", "gradients", "gga");

    static final int REPLICATES = 400;

    /** @param progress makes the progress bar of a set */
    static DemoRun of(Network network, DemoData data, int threads, long seed, Function<DemoSet, ProgressBar> progress) {
        List<Score> scores = Scores.of(SCORES);
        Scorer scorer = new Scorer(network, scores, threads);
        Map<String, ScoreTable> tables = new LinkedHashMap<>();
        DemoSet ordinary = data.ordinary();
        ScoreTable base = score(scorer, ordinary, progress);
        tables.put(ordinary.name(), base);
        List<DemoSet> unusual = data.unusual(network, base.predictions(), seed);
        for (DemoSet set : unusual) {
            tables.put(set.name(), score(scorer, set, progress));
        }
        int classes = network.logits(ordinary.images().batch(0, 1)).dim(1);
        return new DemoRun(
                ordinary,
                unusual,
                tables,
                data.labels(),
                rows(base, data.labels(), unusual, tables, classes, seed),
                classes);
    }

    private static ScoreTable score(Scorer scorer, DemoSet set, Function<DemoSet, ProgressBar> progress) {
        try (ProgressBar bar = progress.apply(set)) {
            return scorer.score(set.images(), bar::update);
        }
    }

    private static List<ScoreRow> rows(
            ScoreTable base,
            int[] labels,
            List<DemoSet> unusual,
            Map<String, ScoreTable> tables,
            int classes,
            long seed) {
        int[] wrong = IntStream.range(0, labels.length)
                .filter(i -> base.predictions()[i] != labels[i])
                .toArray();
        int[] right = IntStream.range(0, labels.length)
                .filter(i -> base.predictions()[i] == labels[i])
                .toArray();
        Bootstrap bootstrap = new Bootstrap(seed, REPLICATES);
        List<ScoreRow> rows = new ArrayList<>();
        for (Score score : base.scores()) {
            double[] ordinary = base.of(score.name());
            List<ScoreRow.Cell> cells = new ArrayList<>();
            cells.add(Comparison.cell(MISTAKES, pick(ordinary, right), pick(ordinary, wrong), bootstrap));
            for (DemoSet set : unusual) {
                double[] values =
                        java.util.Objects.requireNonNull(tables.get(set.name())).of(score.name());
                cells.add(Comparison.cell(set.name(), ordinary, values, bootstrap));
            }
            rows.add(new ScoreRow(
                    score.name(),
                    family(score),
                    score.question(),
                    score.passes(classes),
                    meanMillis(score, tables),
                    cells));
        }
        return rows;
    }

    private static double meanMillis(Score score, Map<String, ScoreTable> tables) {
        double total = 0;
        int items = 0;
        for (ScoreTable t : tables.values()) {
            total += t.millis(score) * t.size();
            items += t.size();
        }
        return total / items;
    }

    static double[] pick(double[] values, int[] items) {
        return IntStream.of(items).mapToDouble(i -> values[i]).toArray();
    }

    /** What a score looks at, in the words of the report. */
    static String family(Score score) {
        return switch (score.source()) {
            case LOGITS -> "logits";
            case HEAD -> "last layer";
            case LAYERS -> "inner layers";
            case WEIGHT_GRADIENTS -> "weight gradients";
            case INPUT_GRADIENTS -> "class-wise input gradients";
            case ATTRIBUTION -> "conductance";
            case MUTANTS -> "mutants";
            case CHANGED_INPUTS -> "changed inputs";
        };
    }

    /** Share of correct predictions on the ordinary images. */
    double accuracy() {
        int[] predicted =
                java.util.Objects.requireNonNull(tables.get(ordinary.name())).predictions();
        return IntStream.range(0, labels.length)
                        .filter(i -> predicted[i] == labels[i])
                        .count()
                / (double) labels.length;
    }

    /** The sets as the report lists them, the mistakes first. */
    List<OutSet> outSets() {
        List<OutSet> sets = new ArrayList<>();
        int wrong = (int) Math.round((1 - accuracy()) * labels.length);
        sets.add(new OutSet(
                MISTAKES, OutSet.Kind.MISTAKE, wrong, "test images the model gets wrong, against those it gets right"));
        unusual.forEach(s -> sets.add(new OutSet(s.name(), s.kind(), s.images().size(), s.description())));
        return sets;
    }
}
