package dev.qualm.report.evaluate;

import dev.qualm.evaluate.AdaptiveResult;
import dev.qualm.evaluate.Cell;
import dev.qualm.evaluate.Comparison;
import dev.qualm.evaluate.EvaluationReport;
import dev.qualm.evaluate.FloorVerdict;
import dev.qualm.evaluate.RankNumbers;
import dev.qualm.evaluate.Role;
import dev.qualm.evaluate.RoleRanks;
import dev.qualm.evaluate.View;
import dev.qualm.metric.FprAtTpr;
import dev.qualm.metric.Proportion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What tables of evaluations say, on pages and terminals alike. */
public final class EvaluationWords {
    private EvaluationWords() {}

    /** A role as a heading. */
    public static String heading(Role role) {
        return switch (role) {
            case ID -> "Ordinary items";
            case NEAR -> "Near";
            case FAR -> "Far";
            case COVARIATE_SHIFTED -> "Shifted";
            case MISCLASSIFIED -> "Wrong predictions";
            case ADVERSARIAL -> "Attacked";
        };
    }

    /** How many detectors are worth their cost, role by role: a sentence each. */
    public static List<String> findings(EvaluationReport report) {
        List<String> out = new ArrayList<>();
        for (Role role : Role.values()) {
            for (View view : View.values()) {
                List<Cell> rivals = report.cells().stream()
                        .filter(c -> c.role() == role && c.view() == view)
                        .filter(c -> c.floor() != FloorVerdict.FLOOR && c.floor() != FloorVerdict.UNKNOWN)
                        .toList();
                if (!rivals.isEmpty()) {
                    String what = role == Role.COVARIATE_SHIFTED ? heading(role) + ", " + view.words() : heading(role);
                    out.add(String.format(
                            Locale.ROOT,
                            "%s: of %d results of detectors, %d are above msp, energy and gen beyond chance, %d below the best of"
                                    + " them.",
                            what,
                            rivals.size(),
                            count(rivals, FloorVerdict.ABOVE),
                            count(rivals, FloorVerdict.BELOW)));
                }
            }
        }
        return out.isEmpty() ? List.of("Only msp, energy and gen were tested.") : out;
    }

    private static long count(List<Cell> cells, FloorVerdict verdict) {
        return cells.stream().filter(c -> c.floor() == verdict).count();
    }

    /** The findings and, where it is due, what the stamp means. */
    static String verdict(EvaluationReport report) {
        String all = String.join(" ", findings(report));
        return report.stamped() ? all + " " + EvaluationReport.NON_ADAPTIVE_MEANS : all;
    }

    /** Cells with the largest AUROC first, those without numbers last. */
    public static List<Cell> byAuroc(List<Cell> cells) {
        return cells.stream()
                .sorted(Comparator.comparingDouble((Cell c) -> Double.isNaN(c.auroc()) ? 2 : -c.auroc()))
                .toList();
    }

    /** Numbers of the detectors, the best mean rank first. */
    public static int[] byRank(RoleRanks r) {
        return IntStream.range(0, r.detectors().size())
                .boxed()
                .sorted(Comparator.comparingDouble(d -> r.friedman().averageRank(d)))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** AUROC with its interval. */
    public static String auroc(RankNumbers n) {
        return String.format(
                Locale.ROOT,
                "%.3f [%.3f, %.3f]",
                n.auroc().value(),
                n.aurocInterval().low(),
                n.aurocInterval().high());
    }

    /** A comparison with its adjusted p-value; empty for none. */
    public static String difference(@Nullable Comparison c) {
        if (c == null) {
            return "";
        }
        String p =
                Double.isNaN(c.adjusted()) ? "p ?" : c.adjusted() < 0.001 ? "p<.001" : format("p=%.3f", c.adjusted());
        return format("%+.3f ", c.difference()) + p;
    }

    /** A share with its interval; empty for none. */
    public static String share(@Nullable Proportion p) {
        return p == null
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%.3f [%.3f, %.3f]",
                        p.value(),
                        p.interval().low(),
                        p.interval().high());
    }

    /** What adaptive attacks came to, in a sentence. */
    public static String worst(AdaptiveResult a) {
        return a.detector() + ": "
                + (a.worst() == null ? "nothing to attack" : share(a.worst()) + " of the items evade on some rung")
                + "; " + a.conditions();
    }

    /** Whether nobody attacked any of a set's detectors. */
    public static boolean stamped(List<Cell> cells) {
        return cells.stream().allMatch(Cell::nonAdaptive);
    }

    /**
     * What attacks on the detector itself say of a cell, in a few words.
     *
     * @param said whether the stamp is on the whole table
     */
    public static String mark(Cell c, boolean said) {
        if (c.nonAdaptive()) {
            return said ? "" : EvaluationReport.NON_ADAPTIVE;
        }
        return c.adaptive() == null
                ? ""
                : "if known, evaded " + share(c.adaptive().worst());
    }

    /** Rungs that do not apply, with the reason. */
    public static List<String> absent(AdaptiveResult a) {
        return a.rungs().stream()
                .filter(r -> r.items() == 0 && a.attacked())
                .map(r -> r.name() + " does not apply: " + r.note())
                .toList();
    }

    /** A false positive rate with the rate that was reached, both in percent. */
    public static String fpr(FprAtTpr f) {
        return format("%.1f@", 100 * f.value()) + format("%.1f", 100 * f.achieved());
    }

    private static String format(String pattern, double value) {
        return String.format(Locale.ROOT, pattern, value);
    }
}
