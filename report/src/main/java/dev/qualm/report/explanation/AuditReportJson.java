package dev.qualm.report.explanation;

import dev.qualm.report.AtomicFile;
import dev.qualm.report.ReportJson;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An {@link AuditReport} as JSON, in the manner of {@link ReportJson}, with what was found from it at the end: {@code verdict}
 * (text), {@code images}, {@code results} and {@code moved} (counts), and {@code summary}, an array of {@code measure},
 * {@code images}, {@code lowerQuartile}, {@code median}, {@code upperQuartile} and {@code interval}.
 */
public final class AuditReportJson {
    /** Value of the field {@code format}; the number grows when a field changes its meaning or goes away. */
    public static final String FORMAT = "qualm-audit-report/1";

    private AuditReportJson() {}

    /** The JSON text. */
    public static String render(AuditReport report) {
        Map<String, Object> found = new LinkedHashMap<>();
        found.put("verdict", report.verdict());
        found.put("images", report.rows().size());
        found.put("results", report.rows().stream().filter(AuditRow::present).count());
        found.put("moved", report.rows().stream().filter(report::moved).count());
        found.put("summary", AuditSummary.of(report));
        return ReportJson.render(FORMAT, report, found);
    }

    /** Writes the JSON as UTF-8; an existing file is replaced only when the new one is complete. */
    public static void write(AuditReport report, Path file) {
        AtomicFile.write(file, render(report).getBytes(StandardCharsets.UTF_8));
    }
}
