package dev.qualm.evaluate.adaptive;

import dev.qualm.metric.Auroc;
import dev.qualm.metric.Interval;
import dev.qualm.metric.Proportion;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A {@link LadderResult} to read. */
final class LadderTable {
    private static final String ROW = "%-13s %5s %6s  %-20s %9s %6s %8s %5s%n";

    private LadderTable() {}

    static String of(LadderResult r) {
        StringBuilder out = new StringBuilder();
        out.append(r.detector()).append(", ").append(r.conditions()).append(System.lineSeparator());
        out.append(String.format(
                Locale.ROOT, ROW, "rung", "n", "wrong", "evaded (95% Wilson)", "median", "AUROC", "passes", "zero"));
        for (LadderRung rung : r.rungs()) {
            if (rung.items() > 0) {
                out.append(row(rung));
            }
        }
        out.append(String.format(
                Locale.ROOT, "worst case over all rungs: %s%n", r.worst() == null ? "no items" : share(r.worst())));
        for (LadderRung rung : r.rungs()) {
            out.append(
                    rung.applies()
                            ? ""
                            : String.format(Locale.ROOT, "%s does not apply: %s%n", rung.name(), rung.note()));
        }
        for (LadderWarning w : r.warnings()) {
            out.append("warning: ").append(w).append(System.lineSeparator());
        }
        return out.toString();
    }

    private static String row(LadderRung rung) {
        Auroc auroc = rung.auroc();
        Proportion wrong = rung.misclassifiedShare();
        return String.format(
                Locale.ROOT,
                ROW,
                rung.name(),
                rung.items(),
                wrong == null ? "" : text("%.3f", wrong.value()),
                share(rung.evadedShare()),
                text("%.4g", rung.medianScore()),
                auroc == null ? "-" : text("%.3f", auroc.value()),
                text("%.0f", rung.passes()),
                text("%.2f", rung.zeroGradients()));
    }

    private static String share(@Nullable Proportion p) {
        if (p == null) {
            return "-";
        }
        Interval i = p.interval();
        return String.format(Locale.ROOT, "%.3f [%.3f, %.3f]", p.value(), i.low(), i.high());
    }

    private static String text(String format, double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, format, value);
    }
}
