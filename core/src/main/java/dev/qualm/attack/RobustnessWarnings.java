package dev.qualm.attack;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a reader of a robustness table must know. */
final class RobustnessWarnings {
    private static final String ONE_STEP = "fgsm";
    private static final Set<String> BLIND = Set.of("square", "hopskipjump");
    private static final Set<String> CLIMBS = Set.of("bim", "pgd", "mi-fgsm", "apgd-ce", "apgd-dlr", "apgd-t");

    private RobustnessWarnings() {}

    static List<String> of(RobustnessResult table) {
        List<String> out = new ArrayList<>();
        if (table.attacks().contains(ONE_STEP)
                && table.attacks().stream().noneMatch(a -> CLIMBS.contains(a) || a.equals("autoattack"))) {
            out.add(
                    "One-step attack only: FGSM overstates robustness, always. Put pgd and apgd-ce beside it before believing"
                            + " these numbers.");
        }
        if (table.unreadable() > 0) {
            out.add(table.unreadable() + " items could not be read and are left out.");
        }
        if (table.nonFinite() > 0) {
            out.add("On " + table.nonFinite() + " items the network answers NaN or infinity; they count as wrong.");
        }
        if (table.outside() > 0) {
            out.add(table.outside()
                    + " items have values outside the valid ones; attacks move these in first, whatever the budget. Give"
                    + " the box that holds all inputs.");
        }
        for (Ball ball : table.balls()) {
            for (String attack : table.attacks()) {
                doubtful(out, table.of(attack, ball));
                notStronger(out, table.of(attack, ball));
            }
            for (RobustnessCell any : table.of(table.attacks().get(0), ball)) {
                compare(out, table, any.budget());
            }
        }
        AttackDiagnostics signs = table.diagnostics();
        if (signs != null) {
            signs.warnings()
                    .forEach(w -> out.add("Diagnostics on " + signs.inputs() + " items within " + table.diagnosed()
                            + ": " + w + "."));
        }
        return out;
    }

    private static void doubtful(List<String> out, List<RobustnessCell> row) {
        RobustnessCell worst = row.stream()
                .max(Comparator.comparingLong(RobustnessCell::doubtful))
                .orElseThrow();
        if (worst.doubtful() > 0) {
            out.add(worst.attack() + " meets a zero or non-finite gradient on " + worst.doubtful() + " of "
                    + worst.attacked() + " inputs within " + worst.budget()
                    + ": its accuracy there may be masked gradients, not robustness.");
        }
    }

    private static void notStronger(List<String> out, List<RobustnessCell> row) {
        List<String> pairs = new ArrayList<>();
        for (int k = 1; k < row.size(); k++) {
            RobustnessCell small = row.get(k - 1);
            RobustnessCell large = row.get(k);
            long was = small.accuracy().successes();
            long is = large.accuracy().successes();
            boolean stuck = is == was
                    && is > 0
                    && large.budget().epsilon() >= 2 * small.budget().epsilon()
                    && small.broken() > 0;
            if (is > was || stuck) {
                pairs.add(String.format(
                        Locale.ROOT,
                        "%.4f within %s and %.4f within %s",
                        small.accuracy().value(),
                        small.budget(),
                        large.accuracy().value(),
                        large.budget()));
            }
        }
        if (!pairs.isEmpty()) {
            out.add(row.get(0).attack() + " is no stronger in a larger budget: it leaves " + String.join(", ", pairs)
                    + ".");
        }
    }

    private static void compare(List<String> out, RobustnessResult table, Budget budget) {
        List<RobustnessCell> here =
                table.cells().stream().filter(c -> c.budget().equals(budget)).toList();
        RobustnessCell many = best(here, CLIMBS);
        RobustnessCell one = best(here, Set.of(ONE_STEP));
        RobustnessCell blind = best(here, BLIND);
        if (one != null && many != null && stronger(one, many)) {
            out.add("One step does better than many" + detail(one, many) + ".");
        }
        if (blind != null && many != null && stronger(blind, many)) {
            out.add("An attack that sees no gradients does better than those that do" + detail(blind, many)
                    + ": gradients may be masked.");
        }
    }

    private static boolean stronger(RobustnessCell a, RobustnessCell b) {
        return a.accuracy().successes() < b.accuracy().successes();
    }

    private static String detail(RobustnessCell a, RobustnessCell b) {
        return String.format(
                Locale.ROOT,
                " within %s: accuracy %.4f under %s, %.4f under %s",
                a.budget(),
                a.accuracy().value(),
                a.attack(),
                b.accuracy().value(),
                b.attack());
    }

    private static @Nullable RobustnessCell best(List<RobustnessCell> cells, Set<String> names) {
        return cells.stream()
                .filter(c -> names.contains(c.attack()))
                .min(Comparator.comparingLong(c -> c.accuracy().successes()))
                .orElse(null);
    }
}
