package dev.qualm.report.explanation;

import dev.qualm.report.AtomicFile;
import dev.qualm.report.ReportJson;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** An {@link ExplanationReport} as JSON, in the manner of {@link ReportJson}. */
public final class ExplanationReportJson {
    /** Value of the field {@code format}; the number grows when a field changes its meaning or goes away. */
    public static final String FORMAT = "qualm-explanations/1";

    private ExplanationReportJson() {}

    /** The JSON text. */
    public static String render(ExplanationReport report) {
        return ReportJson.render(FORMAT, report);
    }

    /** Writes the JSON as UTF-8; an existing file is replaced only when the new one is complete. */
    public static void write(ExplanationReport report, Path file) {
        AtomicFile.write(file, render(report).getBytes(StandardCharsets.UTF_8));
    }
}
