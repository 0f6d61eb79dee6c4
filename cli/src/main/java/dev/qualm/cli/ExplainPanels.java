package dev.qualm.cli;

import dev.qualm.report.Picture;
import dev.qualm.report.explanation.ExplanationPanel;
import dev.qualm.report.explanation.ExplanationSheet;
import dev.qualm.report.explanation.RelevanceMap;
import java.util.ArrayList;
import java.util.List;

/** Makes the sheet of explanations: a row per item, a panel per column. */
record ExplainPanels(String title, ModelClasses classes, HeatMaps heat, LookOptions look, List<String> notes) {
    /** Panels side by side; more than a line of them go on with {@link #MANY} a line. */
    static final int COLUMNS = 6;

    private static final int MANY = 8;

    /** Longest side of an input's picture in pixels: twice what is drawn. */
    private static final int LONGEST = 512;

    ExplanationSheet sheet(List<ExplainColumn> columns, List<ExplainResult> results) {
        List<ExplanationSheet.Row> rows = new ArrayList<>();
        int longest = 1;
        for (ExplainResult r : results) {
            Picture input = Thumbnails.of(r.item(), LONGEST);
            longest = Math.max(longest, input == null ? 1 : Math.max(input.width(), input.height()));
            List<ExplanationPanel> panels = new ArrayList<>();
            for (int c = 0; c < columns.size(); c++) {
                panels.add(panel(columns.get(c), r, r.cells().get(c)));
            }
            String prediction = r.prediction() < 0 ? "" : words(r.prediction());
            String label = r.item().label();
            rows.add(new ExplanationSheet.Row(
                    r.item().id() + (label == null ? "" : " · label " + label),
                    input,
                    prediction,
                    r.confidence(),
                    panels));
        }
        return new ExplanationSheet(title, rows, look.look(longest), notes, columns.size() > COLUMNS ? MANY : COLUMNS);
    }

    private ExplanationPanel panel(ExplainColumn column, ExplainResult r, ExplainCell cell) {
        RelevanceMap map = cell.status().isOk() ? heat.relevance(r.item(), cell) : null;
        if (map == null) {
            return ExplanationPanel.missing(column.title(), cell.status().toString());
        }
        boolean other = r.explained() != r.prediction();
        boolean smoothed = Double.isFinite(column.beta());
        return new ExplanationPanel(
                column.title(),
                map,
                "",
                other ? words(r.explained()) : "",
                other || smoothed ? ExplainResult.probability(cell.logits(), r.explained()) : Double.NaN,
                Double.isNaN(cell.residual()) ? Double.NaN : cell.share(),
                cell.warnings());
    }

    private String words(int c) {
        return (classes.names().isEmpty() ? "class " : "") + classes.name(c);
    }
}
