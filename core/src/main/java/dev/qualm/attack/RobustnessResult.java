package dev.qualm.attack;

import dev.qualm.Provenance;
import dev.qualm.metric.Interval;
import dev.qualm.metric.Proportion;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Robustness} table.
 *
 * @param clean accuracy without attack, n being the items that could be read
 * @param level of all intervals
 * @param unreadable items that could not be read and are in no number
 * @param nonFinite items on which the network answers NaN or infinity without attack; they count as wrong
 * @param outside items with values that the box calls invalid; attacks move these into the box, beyond the budget if need be
 * @param attacks names in their order
 * @param budgets in the order of their norms, ascending in each
 * @param cells by attack and budget, the worst case last if there are several attacks
 * @param diagnostics signs of masked gradients, or null if not looked for
 * @param diagnosed the budget that these are about, likewise
 * @param warnings what a reader must know, in sentences
 * @param provenance network, data and all settings
 */
public record RobustnessResult(
        Proportion clean,
        double level,
        long unreadable,
        long nonFinite,
        long outside,
        List<String> attacks,
        List<Budget> budgets,
        List<RobustnessCell> cells,
        @Nullable AttackDiagnostics diagnostics,
        @Nullable Budget diagnosed,
        List<String> warnings,
        Provenance provenance) {
    /** Stands for the worst case over all attacks, item by item. */
    public static final String ALL = "all";

    /**
     * The score of Khalooei et al. 2022 ("robustness and generalisation"): accuracies in percent added up over the budgets of one norm,
     * clean included. Depends on which budgets there are; compare only tables of the same ones.
     *
     * @param attack its name, or {@link #ALL}
     * @param sum of the percentages
     * @param mean the sum divided by their number
     */
    public record Score(String attack, Ball ball, double sum, double mean) {}

    public RobustnessResult {
        attacks = List.copyOf(attacks);
        budgets = List.copyOf(budgets);
        cells = List.copyOf(cells);
        warnings = List.copyOf(warnings);
    }

    /** Items that were read. */
    public long items() {
        return clean.n();
    }

    /** The Wilson interval of the clean accuracy. */
    public Interval cleanInterval() {
        return clean.wilson(level);
    }

    /** Names of the rows: the attacks, and {@link #ALL} if there are several. */
    public List<String> rows() {
        return cells.stream().map(RobustnessCell::attack).distinct().toList();
    }

    /** Norms in their order. */
    public List<Ball> balls() {
        return budgets.stream().map(Budget::ball).distinct().toList();
    }

    /** The cells of a row in one norm, epsilon ascending. */
    public List<RobustnessCell> of(String attack, Ball ball) {
        return cells.stream()
                .filter(c -> c.attack().equals(attack) && c.budget().ball() == ball)
                .toList();
    }

    /** The R&amp;G score of a row in one norm. */
    public Score score(String attack, Ball ball) {
        double sum = 100 * clean.value();
        List<RobustnessCell> row = of(attack, ball);
        for (RobustnessCell cell : row) {
            sum += 100 * cell.accuracy().value();
        }
        return new Score(attack, ball, sum, sum / (row.size() + 1));
    }

    /** Forward passes of one input spent in all, without diagnostics. */
    public long passes() {
        return clean.n() + cells.stream().mapToLong(RobustnessCell::passes).sum();
    }

    /** A line per row and norm, warnings last. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("clean " + clean);
        for (Ball ball : balls()) {
            for (String attack : rows()) {
                Score score = score(attack, ball);
                text.append(String.format(Locale.ROOT, "%n%s %s:", attack, ball.text()));
                of(attack, ball)
                        .forEach(c -> text.append(String.format(
                                Locale.ROOT,
                                " %.4f at %s,",
                                c.accuracy().value(),
                                c.budget().radius())));
                text.append(String.format(Locale.ROOT, " R&G %.2f, mean %.2f", score.sum(), score.mean()));
            }
        }
        warnings.forEach(w -> text.append(String.format(Locale.ROOT, "%nwarning: %s", w)));
        return text.toString();
    }
}
