package dev.qualm.report.explanation;

import dev.qualm.metric.Interval;
import dev.qualm.metric.Quantiles;
import dev.qualm.report.html.Html;
import dev.qualm.report.html.Numbers;
import dev.qualm.report.html.Table;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Quartiles of all numbers of an audit that are known. */
final class AuditSummary {
    private AuditSummary() {}

    /**
     * One number over all pictures.
     *
     * @param measure see {@link AuditMeasure#id}
     * @param images pictures for which it is known
     * @param interval of the median, null if not handed in
     */
    record Line(
            String measure,
            int images,
            double lowerQuartile,
            double median,
            double upperQuartile,
            @Nullable Interval interval) {}

    static List<Line> of(AuditReport report) {
        List<Line> lines = new ArrayList<>();
        for (AuditMeasure measure : AuditMeasure.values()) {
            double[] values = measure.of(report.rows());
            if (values.length > 0) {
                double[] q = Quantiles.of(values, 0.25, 0.5, 0.75);
                Interval interval = report.intervals().get(measure.id());
                lines.add(new Line(measure.id(), values.length, q[0], q[1], q[2], interval));
            }
        }
        return lines;
    }

    static Html table(AuditReport report) {
        Table table = new Table("Quartiles over the pictures with a result")
                .column("Number")
                .column("of what")
                .number("images", "Pictures for which it is known", true)
                .number("lower quartile", "A quarter of the pictures lies below", true)
                .number("median", "Half of the pictures lies below", false)
                .number("upper quartile", "Three quarters of the pictures lie below", false)
                .column("interval of the median");
        for (Line line : of(report)) {
            AuditMeasure measure = AuditMeasure.named(line.measure());
            table.row(
                    Html.text(measure.label()),
                    List.of(
                            Table.Cell.text(measure.group()),
                            Table.Cell.number(Numbers.count(line.images()), line.images()),
                            number(line.lowerQuartile()),
                            number(line.median()),
                            number(line.upperQuartile()),
                            Table.Cell.text(interval(line.interval()))));
        }
        return table.html();
    }

    private static Table.Cell number(double v) {
        return Table.Cell.number(Numbers.significant(v, 3), v);
    }

    private static String interval(@Nullable Interval i) {
        return i == null
                ? Numbers.MISSING
                : Numbers.significant(i.low(), 3) + " to " + Numbers.significant(i.high(), 3) + " ("
                        + Numbers.significant(100 * i.level(), 2) + " %, " + i.method() + ")";
    }
}
