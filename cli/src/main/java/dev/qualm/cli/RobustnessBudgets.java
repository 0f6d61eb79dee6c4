package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.attack.Ball;
import dev.qualm.attack.Budget;
import java.util.ArrayList;
import java.util.List;

/** Budgets as they are typed: {@code 0.01}, {@code 8/255}, {@code 0.5:l2}. */
final class RobustnessBudgets {
    private RobustnessBudgets() {}

    /**
     * Reads a list.
     *
     * @param ball the norm of those that name none
     * @throws QualmException if one is none
     */
    static List<Budget> parse(List<String> texts, Ball ball) {
        List<Budget> out = new ArrayList<>();
        for (String text : texts) {
            String[] parts = text.strip().split(":", -1);
            Ball own = parts.length > 1 ? Ball.parse(parts[1]) : ball;
            String[] fraction = parts[0].split("/", -1);
            try {
                double value = Double.parseDouble(fraction[0]);
                if (parts.length <= 2 && fraction.length <= 2) {
                    out.add(new Budget(own, fraction.length == 1 ? value : value / Double.parseDouble(fraction[1])));
                    continue;
                }
            } catch (NumberFormatException e) {
                // Said below, with what was expected.
            }
            throw new QualmException(
                    "Expected epsilons such as 0.01, 8/255 or 0.5:l2, but found '" + text.strip() + "'");
        }
        return out;
    }
}
