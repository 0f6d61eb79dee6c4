package dev.qualm.cli;

import dev.qualm.metric.Interval;
import dev.qualm.metric.Quantiles;
import dev.qualm.report.explanation.AuditMeasure;
import dev.qualm.report.explanation.AuditReport;
import java.io.PrintWriter;
import java.util.List;

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

    private AuditTable() {}

    /** One method's finding and numbers. */
    static void print(AuditReport report, PrintWriter out) {
        out.println(report.method() + ": " + report.verdict());
        report.warnings().stream().filter(w -> w.startsWith(AuditRun.AGAIN)).forEach(out::println);
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
        out.flush();
    }

    /** Several methods beside each other. */
    static void compare(List<AuditReport> reports, PrintWriter out) {
        out.println("Medians beside each other:");
        Columns columns = new Columns(true);
        columns.row("method", "images", "moved", "PCC original", "PCC target", "control", "smoothed", "L2", "L∞");
        for (AuditReport r : reports) {
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
        out.flush();
    }

    private static String median(AuditReport report, AuditMeasure measure) {
        double[] values = measure.of(report.rows());
        return values.length == 0 ? "-" : number(Quantiles.median(values));
    }

    private static String number(double v) {
        return ManipulationText.number(v);
    }
}
