package dev.qualm.report;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A {@link ScoreReport} as JSON, in the manner of {@link ReportJson}. */
public final class ScoreReportJson {
    /** Value of the field {@code format}; the number grows when a field changes its meaning or goes away. */
    public static final String FORMAT = "qualm-score-report/1";

    private ScoreReportJson() {}

    /** The JSON text. */
    public static String render(ScoreReport report) {
        return ReportJson.render(FORMAT, report);
    }

    /** Writes the JSON as UTF-8; an existing file is replaced only when the new one is complete. */
    public static void write(ScoreReport report, Path file) {
        AtomicFile.write(file, render(report).getBytes(StandardCharsets.UTF_8));
    }
}
