package dev.qualm.cli;

import dev.qualm.array.Array;
import dev.qualm.attribution.Attributions;
import dev.qualm.report.explanation.RelevanceMap;
import dev.qualm.report.html.Numbers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Explanations for a terminal: the features of a row that matter most, and what methods and smoothings have in common. */
record ExplainText(ModelClasses classes, HeatMaps heat) {
    private static final int SHOWN = 10;

    /** More methods than these get a line each instead of a table. */
    private static final int TABLES = 3;

    /** Features in such a line. */
    private static final int NAMED = 4;

    /** The features with the largest relevance. */
    List<String> features(List<ExplainColumn> columns, ExplainResult r) {
        List<String> lines = new ArrayList<>();
        String label = r.item().label();
        lines.add(r.item().id()
                + (r.prediction() < 0
                        ? ""
                        : ": predicted " + classes.name(r.prediction()) + ", probability "
                                + Numbers.fixed(r.confidence(), 3))
                + (label == null ? "" : ", label " + label)
                + (r.explained() == r.prediction() ? "" : "; explained is " + classes.name(r.explained())));
        if (r.item().fit() == null || r.prediction() < 0) {
            lines.add("  " + r.worst());
            return lines;
        }
        Columns brief = new Columns(true);
        for (int c = 0; c < columns.size(); c++) {
            if (columns.size() > TABLES) {
                brief.row(columns.get(c).title(), largest(r, r.cells().get(c)));
            } else {
                table(columns.get(c), r, r.cells().get(c), lines);
            }
        }
        lines.addAll(brief.lines());
        return lines;
    }

    /** The few features with the largest relevance, in a line. */
    private String largest(ExplainResult r, ExplainCell cell) {
        RelevanceMap map = heat.relevance(r.item(), cell);
        if (map == null || !cell.status().isOk()) {
            return cell.status().toString();
        }
        double[] relevance = map.values();
        List<String> names = names(r.item(), relevance.length);
        return IntStream.of(order(relevance))
                .limit(NAMED)
                .mapToObj(i -> names.get(i) + " " + Numbers.significant(relevance[i], 3))
                .collect(Collectors.joining(", "));
    }

    /** Places by falling strength. */
    private static int[] order(double[] relevance) {
        return IntStream.range(0, relevance.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -Math.abs(relevance[i])))
                .mapToInt(i -> i)
                .toArray();
    }

    private void table(ExplainColumn column, ExplainResult r, ExplainCell cell, List<String> lines) {
        RelevanceMap map = heat.relevance(r.item(), cell);
        if (map == null || !cell.status().isOk()) {
            lines.add("  " + column.title() + ": " + cell.status());
            return;
        }
        double[] relevance = map.values();
        String off = Double.isNaN(cell.share()) ? "" : ", off by " + percent(cell.share());
        lines.add("  " + column.title() + ": sum " + Numbers.significant(cell.sum(), 3) + off);
        int[] order = order(relevance);
        double[] values = values(r.item());
        List<String> names = names(r.item(), relevance.length);
        Columns table = new Columns(false).withLastRight().row("", "input", "relevance");
        int shown = Math.min(SHOWN, order.length);
        for (int i : Arrays.copyOf(order, shown)) {
            String value = i < values.length ? Numbers.significant(values[i], 4) : "";
            table.row(names.get(i), value, Numbers.significant(relevance[i], 3));
        }
        if (shown < order.length) {
            double rest = IntStream.of(order)
                    .skip(shown)
                    .mapToDouble(i -> relevance[i])
                    .sum();
            table.row((order.length - shown) + " more", "", Numbers.significant(rest, 3));
        }
        table.lines().forEach(line -> lines.add("  " + line));
    }

    private static double[] values(MapItem item) {
        InputFit fit = item.fit();
        Array one = fit == null
                ? null
                : fit.data().read(item.index(), item.index() + 1).inputs();
        return one == null ? new double[0] : one.toDoubles();
    }

    private static List<String> names(MapItem item, int n) {
        InputFit fit = item.fit();
        List<String> names = fit == null ? List.of() : fit.data().columns();
        return names.size() == n
                ? names
                : IntStream.range(0, n).mapToObj(i -> "feature " + i).toList();
    }

    /** One line per method: passes, seconds and how far sums are off. */
    List<String> comparison(List<ExplainColumn> columns, List<ExplainResult> results) {
        Columns table = new Columns(true).withLastRight().row("method", "passes", "sum off by", "s per item");
        for (int c = 0; c < columns.size(); c++) {
            int column = c;
            List<ExplainCell> cells = results.stream()
                    .map(r -> r.cells().get(column))
                    .filter(cell -> cell.map() != null)
                    .toList();
            double[] off = cells.stream()
                    .mapToDouble(cell -> Math.abs(cell.share()))
                    .filter(s -> !Double.isNaN(s))
                    .sorted()
                    .toArray();
            double passes = cells.isEmpty() ? Double.NaN : cells.get(0).passes();
            table.row(
                    columns.get(c).title(),
                    Numbers.significant(passes, 3),
                    off.length == 0 ? "" : percent(off[off.length / 2]),
                    Numbers.significant(columns.get(c).seconds() / Math.max(1, cells.size()), 2));
        }
        return table.lines();
    }

    /** One line per sharpness: how far the smoothed network's answers are from the network's own. */
    List<String> smoothings(List<ExplainColumn> columns, List<ExplainResult> results) {
        Columns table = new Columns(true)
                .withLastRight()
                .row("", "logits off by", "at most", "probability off by", "at most", "other class");
        for (int c = 0; c < columns.size(); c++) {
            if (Double.isInfinite(columns.get(c).beta())) {
                continue;
            }
            int n = 0;
            int changed = 0;
            double[] sums = new double[2];
            double[] most = new double[2];
            for (ExplainResult r : results) {
                double[] smooth = r.cells().get(c).logits();
                if (smooth.length == 0 || r.explained() < 0) {
                    continue;
                }
                double logits = 0;
                for (int k = 0; k < smooth.length; k++) {
                    logits = Math.max(logits, Math.abs(smooth[k] - r.logits()[k]));
                }
                double[] found = {
                    logits,
                    Math.abs(ExplainResult.probability(smooth, r.explained())
                            - ExplainResult.probability(r.logits(), r.explained()))
                };
                for (int i = 0; i < 2; i++) {
                    sums[i] += found[i];
                    most[i] = Math.max(most[i], found[i]);
                }
                changed += new ClassChoice(0, -1).in(smooth) == r.prediction() ? 0 : 1;
                n++;
            }
            table.row(
                    columns.get(c).title(),
                    Numbers.significant(sums[0] / n, 2),
                    Numbers.significant(most[0], 2),
                    Numbers.fixed(sums[1] / n, 3),
                    Numbers.fixed(most[1], 3),
                    changed + " of " + n);
        }
        return table.lines();
    }

    private static String percent(double share) {
        double percent = 100 * Math.abs(share);
        return percent < 0.01 ? "< 0.01 %" : Numbers.significant(percent, 2) + " %";
    }

    /** The methods there are. */
    static List<String> methods() {
        Columns table = new Columns(true);
        Attributions.names().forEach(name -> table.row(name, Attributions.summary(name)));
        return table.lines();
    }
}
