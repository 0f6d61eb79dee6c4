package dev.qualm.report.explanation;

import dev.qualm.metric.Quantiles;
import dev.qualm.report.html.Numbers;
import java.util.Arrays;
import java.util.List;

/** The finding of an audit as sentences. */
final class AuditVerdict {
    private AuditVerdict() {}

    static String of(AuditReport report) {
        List<AuditRow> present =
                report.rows().stream().filter(AuditRow::present).toList();
        List<AuditRow> moved = present.stream().filter(report::moved).toList();
        StringBuilder out = new StringBuilder();
        int n = present.size();
        String pcc = "PCC < "
                + Numbers.significant(report.threshold(), 2)
                        .replaceAll("0+$", "")
                        .replaceAll("\\.$", "");
        if (n == 0) {
            out.append("No explanation could be attacked, so nothing is known of how easily they are moved.");
        } else if (moved.isEmpty()) {
            double lowest = Arrays.stream(AuditMeasure.PCC_TO_ORIGINAL.of(report.rows()))
                    .min()
                    .orElse(Double.NaN);
            out.append(n == 1 ? "The one explanation could not" : "None of the " + counted(n) + " could");
            out.append(" be moved to ").append(pcc);
            out.append(" of the original with the prediction kept; the lowest PCC reached is ");
            out.append(Numbers.fixed(lowest, 2)).append(". That this attack failed does not prove that none succeeds.");
        } else {
            out.append(moved.size())
                    .append(" of ")
                    .append(counted(n))
                    .append(" could be moved to ")
                    .append(pcc);
            out.append(" of the original ").append(change(moved)).append(", with the prediction kept.");
            smoothing(report, moved, out);
        }
        control(report, present, out);
        changed(present, out);
        int missing = report.rows().size() - n;
        if (missing > 0) {
            out.append(' ').append(pictures(missing)).append(missing == 1 ? " has" : " have");
            out.append(" no result; the table says why.");
        }
        return out.toString();
    }

    private static String counted(int n) {
        return Numbers.count(n) + (n == 1 ? " explanation" : " explanations");
    }

    private static String pictures(long n) {
        return Numbers.count(n) + (n == 1 ? " picture" : " pictures");
    }

    private static String change(List<AuditRow> moved) {
        double[] l2 = AuditMeasure.IMAGE_L2.of(moved);
        double[] linf = AuditMeasure.IMAGE_LINF.of(moved);
        if (l2.length == 0 && linf.length == 0) {
            return "by a change of the picture that was not measured";
        }
        String text = "at an image change of ";
        if (l2.length > 0) {
            text += "L2 " + Numbers.significant(Quantiles.median(l2), 2) + " (median)";
        }
        if (linf.length > 0) {
            double most = Arrays.stream(linf).max().orElse(Double.NaN);
            text += (l2.length > 0 ? " and " : "") + "L∞ " + Numbers.significant(most, 2) + " at most";
        }
        return text;
    }

    private static void smoothing(AuditReport report, List<AuditRow> moved, StringBuilder out) {
        double[] after = AuditMeasure.SMOOTHED_PCC_TO_ORIGINAL.of(moved);
        if (after.length == 0) {
            return;
        }
        long back = Arrays.stream(after).filter(v -> v >= report.threshold()).count();
        out.append(" Smoothing");
        if (!report.smoothing().isEmpty()) {
            out.append(" (").append(report.smoothing()).append(')');
        }
        if (after.length == 1) {
            out.append(back == 1 ? " brings it back above that." : " does not bring it back.");
        } else {
            out.append(" brings ")
                    .append(back)
                    .append(" of these ")
                    .append(after.length)
                    .append(" back above that.");
        }
    }

    private static void control(AuditReport report, List<AuditRow> present, StringBuilder out) {
        double[] control = AuditMeasure.CONTROL_PCC_TO_ORIGINAL.of(present);
        if (control.length == 0) {
            return;
        }
        long moved = Arrays.stream(control).filter(v -> v < report.threshold()).count();
        out.append(" A random change of equal size moves ").append(moved == 0 ? "none" : Long.toString(moved));
        out.append(" of ").append(control.length).append('.');
    }

    private static void changed(List<AuditRow> present, StringBuilder out) {
        long changed = present.stream().filter(r -> !r.classKept()).count();
        if (changed > 0) {
            out.append(" For ").append(pictures(changed)).append(" the prediction changed as well; ");
            out.append(changed == 1 ? "it does" : "they do").append(" not count as moved.");
        }
    }
}
