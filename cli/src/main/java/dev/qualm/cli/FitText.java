package dev.qualm.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.qualm.detect.wrong.Feature;
import dev.qualm.detect.wrong.FittedDetector;
import dev.qualm.detect.wrong.Labelled;
import dev.qualm.metric.AurocDifference;
import dev.qualm.metric.Interval;
import dev.qualm.metric.Threshold;
import dev.qualm.mutation.SequentialTest;
import dev.qualm.mutation.StoppingRule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What fitting a detector of wrong predictions found, for people and for programs.
 *
 * @param file where the detector was written
 * @param stopping what deciding early would cost; null without mutants
 */
record FitText(Path file, FitTable table, @Nullable StoppingCosts stopping) {
    List<String> lines() {
        FittedDetector detector = table.detector();
        String name = table.own().name();
        List<String> lines = new ArrayList<>();
        lines.add(name + " fitted on " + counts(table.fit()) + " predictions, compared on " + counts(table.items())
                + " others");
        lines.add("data " + detector.discipline());
        if (table.compared() < table.items().size()) {
            lines.add("without " + (table.items().size() - table.compared())
                    + " of the others, for which a score is not finite");
        }
        Columns columns =
                new Columns(true).row("score", "AUROC", "95 % interval", "passes", name + " less this, 95 % interval");
        for (FitTable.Row row : table.rows()) {
            columns.row(
                    row.name(),
                    format("%.4f", row.auroc().value()),
                    interval(row.auroc().interval(), "%.4f"),
                    format("%.4g", row.passes()),
                    row.ahead() == null ? "" : difference(row.ahead()));
        }
        lines.addAll(columns.lines());
        String verdict = verdict();
        if (!verdict.isEmpty()) {
            lines.add(verdict);
        }
        Threshold t = detector.threshold();
        lines.add(format("doubt from %.4g (%s): ", t.value(), t.rule())
                + format("%.1f %% of the wrong and ", 100 * t.positiveRecall())
                + format("%.1f %% of the right predictions", 100 * (1 - t.negativeRecall()))
                + " doubted, on the items it was chosen on");
        lines.addAll(stoppingLines());
        lines.add("wrote " + file);
        return lines;
    }

    /** Whether the detector is worth its cost, in one line; empty if it beats all that is cheaper. */
    String verdict() {
        List<String> parts = new ArrayList<>();
        String worse = names(true);
        String equal = names(false);
        if (!worse.isEmpty()) {
            parts.add("ranks worse than " + worse);
        }
        if (!equal.isEmpty()) {
            parts.add("does not beat " + equal + " (the interval of the difference contains 0)");
        }
        if (parts.isEmpty()) {
            return "";
        }
        boolean useless = table.own().auroc().value() < 0.5;
        return table.own().name() + " " + String.join(" and ", parts) + ", at a higher cost"
                + (useless ? "; it is worse than chance: it needs more rows, or another model" : "");
    }

    /** Cheaper scores that rank better than the detector beyond chance, or that do not differ from it. */
    private String names(boolean better) {
        return table.unbeaten().stream()
                .filter(r -> better == isAhead(r.ahead()))
                .map(FitTable.Row::name)
                .collect(Collectors.joining(", "));
    }

    private static boolean isAhead(@Nullable AurocDifference ahead) {
        return ahead != null
                && !Double.isNaN(ahead.pValue())
                && ahead.interval().high() < 0;
    }

    private List<String> stoppingLines() {
        if (stopping == null) {
            return List.of();
        }
        List<String> lines = new ArrayList<>();
        Threshold t = stopping.threshold();
        lines.add(format("lcr alone, doubt from %.4g (%s)", t.value(), t.rule())
                + (stopping.curtailment() == null
                        ? ": flags all or nothing, so there is nothing to stop early"
                        : format(
                                ": mutants expected for an input, of %d (qualm score --lcr-threshold %.4g)",
                                stopping.mutants(), stopping.curtailment().threshold())));
        if (stopping.curtailment() != null) {
            Columns columns = new Columns(true).row("", "right", "wrong", "none changes");
            columns.row(stoppingCells("exact curtailment, verdicts of all mutants", stopping.curtailment()));
            SequentialTest test = stopping.sequential();
            if (test != null) {
                columns.row(stoppingCells(
                        format(
                                "sequential test, alpha %s, beta %s, delta %.3g",
                                test.alpha(), test.beta(), test.delta()),
                        test));
            }
            lines.addAll(columns.lines());
        }
        if (table.own().name().contains(Feature.LCR.label())
                && !table.own().name().equals(Feature.LCR.label())) {
            lines.add("  beside other features the rate itself is needed, and so are all mutants");
        }
        return lines;
    }

    private String[] stoppingCells(String name, StoppingRule rule) {
        StoppingCosts costs = java.util.Objects.requireNonNull(stopping);
        return new String[] {
            name,
            format("%.1f", costs.expected(rule, false).orElse(Double.NaN)),
            format("%.1f", costs.expected(rule, true).orElse(Double.NaN)),
            format("%.1f", rule.at(0).mutants())
        };
    }

    private static String difference(AurocDifference ahead) {
        String value = format("%+.4f", ahead.difference());
        return Double.isNaN(ahead.pValue())
                ? value + ", not comparable"
                : value + ", " + interval(ahead.interval(), "%+.4f");
    }

    private static String interval(Interval i, String how) {
        return format(how, i.low()) + " to " + format(how, i.high());
    }

    private static String counts(Labelled items) {
        int wrong = wrong(items);
        return format("%,d right and %,d wrong", items.size() - wrong, wrong);
    }

    private static int wrong(Labelled items) {
        int wrong = 0;
        for (boolean w : items.wrong()) {
            wrong += w ? 1 : 0;
        }
        return wrong;
    }

    private static String format(String how, Object... values) {
        return String.format(Locale.ROOT, how, values);
    }

    String json() {
        FittedDetector detector = table.detector();
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("file", file.toString()).put("model", detector.modelHash());
        root.put("detector", table.own().name()).put("discipline", detector.discipline());
        counts(root.putObject("fit"), table.fit());
        counts(root.putObject("comparison"), table.items()).put("compared", table.compared());
        ArrayNode scores = root.putArray("scores");
        for (FitTable.Row row : table.rows()) {
            ObjectNode node = scores.addObject().put("score", row.name());
            node.put("auroc", row.auroc().value()).put("passes", row.passes());
            put(node, row.auroc().interval());
            AurocDifference ahead = row.ahead();
            if (ahead != null) {
                ObjectNode difference = node.putObject("detectorAhead").put("difference", ahead.difference());
                if (!Double.isNaN(ahead.pValue())) {
                    put(difference, ahead.interval());
                }
                node.put("beaten", row.beaten());
            }
        }
        root.put("verdict", verdict());
        put(root.putObject("threshold"), detector.threshold());
        if (stopping != null) {
            stopping(root.putObject("lcrAlone"), stopping);
        }
        ObjectNode provenance = root.putObject("provenance");
        detector.provenance().entries().forEach(provenance::put);
        return root.toString();
    }

    private void stopping(ObjectNode node, StoppingCosts costs) {
        put(node.putObject("threshold"), costs.threshold());
        node.put("mutants", costs.mutants());
        if (costs.curtailment() != null) {
            node.put("lcrThreshold", costs.curtailment().threshold());
            expected(node.putObject("curtailment"), costs, costs.curtailment());
        }
        SequentialTest test = costs.sequential();
        if (test != null) {
            ObjectNode sequential = node.putObject("sequential");
            sequential.put("alpha", test.alpha()).put("beta", test.beta()).put("delta", test.delta());
            expected(sequential, costs, test);
        }
    }

    private static void expected(ObjectNode node, StoppingCosts costs, StoppingRule rule) {
        costs.expected(rule, false).ifPresent(v -> node.put("mutantsIfRight", v));
        costs.expected(rule, true).ifPresent(v -> node.put("mutantsIfWrong", v));
        node.put("mutantsIfNoneChanges", rule.at(0).mutants());
    }

    private static ObjectNode counts(ObjectNode node, Labelled items) {
        int wrong = wrong(items);
        return node.put("right", items.size() - wrong).put("wrong", wrong);
    }

    private static void put(ObjectNode node, Interval interval) {
        node.put("low", interval.low()).put("high", interval.high());
    }

    private static void put(ObjectNode node, Threshold t) {
        if (Double.isFinite(t.value())) {
            node.put("value", t.value());
        } else {
            node.putNull("value");
        }
        node.put("rule", t.rule()).put("wrongDoubted", t.positiveRecall()).put("rightDoubted", 1 - t.negativeRecall());
    }
}
