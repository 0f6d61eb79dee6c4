package dev.qualm.cli;

import dev.qualm.metric.Interval;
import dev.qualm.metric.Quantiles;
import dev.qualm.report.explanation.AuditMeasure;
import dev.qualm.report.explanation.AuditReport;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What audits found, for the terminal. */
final class AuditTable {
    private static final List<AuditMeasure> MEASURES = List.of(
            AuditMeasure.PCC_TO_ORIGINAL,
            AuditMeasure.SSIM_TO_ORIGINAL,
            AuditMeasure.PCC_TO_TARGET,
            AuditMeasure.SSIM_TO_TARGET,
            AuditMeasure.CONTROL_PCC_TO_ORIGINAL,
            AuditMeasure.SMOOTHED_PCC_TO_ORIGINAL,
            AuditMeasure.SMOOTHED_PCC_TO_TARGET,
            AuditMeasure.IMAGE_L2,
            AuditMeasure.IMAGE_LINF,
            AuditMeasure.IMAGE_SSIM,
            AuditMeasure.PROBABILITY_CHANGE,
            AuditMeasure.LARGEST_EIGENVALUE,
            AuditMeasure.FROBENIUS_NORM,
            AuditMeasure.GRADIENT_NORM,
            AuditMeasure.ARC_LENGTH);

    /**
     * The audit of one method.
     *
     * @param adaptive correlations of the smoothed maps after an attack on them
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Line(AuditReport report, double[] adaptive, double threshold) {}

    private AuditTable() {}

    static void print(List<Line> lines, PrintWriter out) {
        for (Line line : lines) {
            AuditReport report = line.report();
            out.println(report.method() + ": " + report.verdict());
            if (line.adaptive().length > 0) {
                long moved = Arrays.stream(line.adaptive())
                        .filter(v -> v < line.threshold())
                        .count();
                out.println(String.format(
                        Locale.ROOT,
                        "Attacks on the smoothed maps themselves (%s) bring %d of %d below that, median PCC %.2f.",
                        report.smoothing(),
                        moved,
                        line.adaptive().length,
                        Quantiles.median(line.adaptive())));
            }
            out.println();
            Columns columns = new Columns(true);
            columns.row("", "lower quartile", "median", "upper quartile", "95 % interval of the median");
            for (AuditMeasure measure : MEASURES) {
                double[] values = measure.of(report.rows());
                if (values.length > 0) {
                    double[] q = Quantiles.of(values, 0.25, 0.5, 0.75);
                    Interval i = report.intervals().get(measure.id());
                    columns.row(
                            measure.id().replace('-', ' '),
                            number(q[0]),
                            number(q[1]),
                            number(q[2]),
                            i == null ? "too few images" : number(i.low()) + " to " + number(i.high()));
                }
            }
            columns.lines().forEach(out::println);
            out.println();
        }
        if (lines.size() > 1) {
            compare(lines, out);
        }
        out.flush();
    }

    private static void compare(List<Line> lines, PrintWriter out) {
        out.println("Medians beside each other:");
        Columns columns = new Columns(true);
        columns.row("method", "images", "moved", "PCC original", "PCC target", "control", "smoothed", "L2", "L∞");
        for (Line line : lines) {
            AuditReport r = line.report();
            int n = AuditMeasure.PCC_TO_ORIGINAL.of(r.rows()).length;
            columns.row(
                    r.method(),
                    Integer.toString(n),
                    Long.toString(r.rows().stream().filter(r::moved).count()),
                    median(r, AuditMeasure.PCC_TO_ORIGINAL),
                    median(r, AuditMeasure.PCC_TO_TARGET),
                    median(r, AuditMeasure.CONTROL_PCC_TO_ORIGINAL),
                    median(r, AuditMeasure.SMOOTHED_PCC_TO_ORIGINAL),
                    median(r, AuditMeasure.IMAGE_L2),
                    median(r, AuditMeasure.IMAGE_LINF));
        }
        columns.lines().forEach(out::println);
    }

    private static String median(AuditReport report, AuditMeasure measure) {
        double[] values = measure.of(report.rows());
        return values.length == 0 ? "-" : number(Quantiles.median(values));
    }

    private static String number(double v) {
        return ManipulationText.number(v);
    }
}
