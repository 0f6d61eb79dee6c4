package dev.qualm.cli;

import dev.qualm.report.explanation.ExplanationReport;
import dev.qualm.report.explanation.ExplanationReport.Item;
import dev.qualm.report.explanation.ExplanationReportJson;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Explanations as JSON, an entry per item and method.
 *
 * @param target what is explained
 * @param provenance what holds for all of them
 */
record ExplainJson(String model, ModelClasses classes, HeatMaps heat, String target, Map<String, String> provenance) {
    void write(List<ExplainColumn> columns, List<ExplainResult> results, Path file) {
        List<Item> items = new ArrayList<>();
        for (ExplainResult r : results) {
            for (int c = 0; c < columns.size(); c++) {
                items.add(item(columns.get(c), r, r.cells().get(c)));
            }
        }
        ExplanationReportJson.write(new ExplanationReport(model, provenance, items), file);
    }

    private Item item(ExplainColumn column, ExplainResult r, ExplainCell cell) {
        Map<String, String> parameters = new LinkedHashMap<>();
        column.method().parameters().forEach((k, v) -> parameters.put(k, String.valueOf(v)));
        if (Double.isFinite(column.beta())) {
            parameters.put("softplus-beta", String.valueOf(column.beta()));
        }
        return new Item(
                r.item().id(),
                column.method().name(),
                parameters,
                r.explained(),
                r.explained() < 0 || classes.names().isEmpty() ? null : classes.name(r.explained()),
                ExplainResult.probability(cell.logits(), r.explained()),
                target,
                cell.share(),
                cell.passes(),
                (cell.map() == null && !r.status().isOk() ? r.status() : cell.status()).toString(),
                cell.warnings(),
                r.item().fit() == null ? List.of() : r.item().fit().data().columns(),
                heat.relevance(r.item(), cell));
    }
}
