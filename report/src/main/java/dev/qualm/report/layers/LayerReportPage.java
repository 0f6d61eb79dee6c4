package dev.qualm.report.layers;

import dev.qualm.metric.Interval;
import dev.qualm.report.ReportPage;
import dev.qualm.report.html.Html;
import dev.qualm.report.html.Numbers;
import dev.qualm.report.html.Table;
import dev.qualm.report.sheet.SvgSheet;
import dev.qualm.sustainability.LayerMovement;
import dev.qualm.sustainability.Measure;
import dev.qualm.sustainability.PerturbationSize;
import dev.qualm.sustainability.Tap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A {@link LayerReport} as one HTML file that needs nothing else. */
public final class LayerReportPage {
    private LayerReportPage() {}

    /** The page. The same report gives the same text. */
    public static String render(LayerReport report) {
        ReportPage page = new ReportPage(report.title(), ReportPage.lead(report.verdict(), facts(report)));
        LayerFigure figure = new LayerFigure(report);
        page.section(
                "layers",
                "How far each layer moves",
                "Means over the items with " + level(report)
                        + " intervals. A box marks layers whose mean exceeds the mean"
                        + " of all layers and items by more than "
                        + Numbers.significant(report.eta(), 3) + " standard deviations.",
                SvgSheet.element(figure.draw(), figure.title()),
                ReportPage.notes(report.warnings()));
        page.section(
                "sizes",
                "How far the inputs were moved",
                "A larger change moves layers farther, whatever it is made by.",
                sizes(report));
        for (Measure measure : report.result().measures()) {
            page.section(measure.label(), "All values: " + measure.label(), "", values(report, measure));
        }
        if (report.result().problemCount() > 0) {
            List<String> listed = new ArrayList<>();
            report.result().problems().stream().limit(50).forEach(p -> listed.add(p.toString()));
            page.section(
                    "problems",
                    "Items without a value",
                    Numbers.count(report.result().problemCount()) + " in all; the first " + listed.size() + ":",
                    ReportPage.notes(listed));
        }
        return page.render();
    }

    private static String level(LayerReport report) {
        for (LayerMovement m : report.result().movements()) {
            Interval i = m.interval();
            if (i != null) {
                return Numbers.significant(100 * i.level(), 3) + " %";
            }
        }
        return "no";
    }

    private static Map<String, String> facts(LayerReport report) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Model", report.model());
        facts.put("Data", report.data());
        facts.put("Items", Numbers.count(report.result().items()));
        facts.putAll(report.result().provenance().entries());
        return facts;
    }

    private static Html sizes(LayerReport report) {
        Table table = new Table("Mean size of the change of an input");
        table.column("Perturbation")
                .number("L2", "Euclidean length", true)
                .number("L∞", "Largest change of an entry", false)
                .number("unmoved", "Inputs that stayed as they were", false)
                .column("Settings");
        for (PerturbationSize p : report.result().perturbations()) {
            table.row(
                    Html.text(p.name()),
                    List.of(
                            number(p.l2(), " first"),
                            number(p.linf(), ""),
                            Table.Cell.number(Numbers.count(p.unmoved()), p.unmoved()),
                            Table.Cell.text(p.provenance().toString())));
        }
        return table.html();
    }

    private static Html values(LayerReport report, Measure measure) {
        List<String> names = report.result().names();
        Table table = new Table(measure.label() + " by layer");
        table.group(Html.EMPTY, 2);
        names.forEach(name -> table.group(Html.text(name), 4));
        table.column("Layer").column("Operator");
        names.forEach(name -> table.number("mean", "Mean over the items", true)
                .column("interval")
                .number("std", "Sample standard deviation over the items", false)
                .number("items", "Items with a value", false));
        List<Tap> taps = report.result().taps();
        for (int t = 0; t < taps.size(); t++) {
            List<Table.Cell> cells = new ArrayList<>();
            cells.add(Table.Cell.text(taps.get(t).op()));
            for (int k = 0; k < names.size(); k++) {
                LayerMovement m = report.result().of(names.get(k), measure).get(t);
                Interval i = m.interval();
                boolean marked = measure == report.measure() && report.isMarked(k, m.tap());
                cells.add(new Table.Cell(
                        Html.text(Numbers.significant(m.value(), 4)), m.value(), "n first", marked ? -1 : 0));
                cells.add(Table.Cell.text(
                        i == null
                                ? Numbers.MISSING
                                : Numbers.significant(i.low(), 4) + " to " + Numbers.significant(i.high(), 4)));
                cells.add(number(m.std(), ""));
                cells.add(Table.Cell.number(Numbers.count(m.count()), m.count()));
            }
            table.row(Html.text(taps.get(t).tensor()), cells);
        }
        return table.html();
    }

    private static Table.Cell number(double v, String first) {
        return new Table.Cell(Html.text(Numbers.significant(v, 4)), v, "n" + first, 0);
    }
}
