package dev.qualm.report.robustness;

import dev.qualm.attack.Ball;
import dev.qualm.attack.RobustnessCell;
import dev.qualm.attack.RobustnessResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Robustness tables as they are shown, of one model or of several that are compared.
 *
 * @param data what was attacked
 * @param unit of epsilons, in words
 * @param models at least one, all with the same attacks and budgets
 */
public record RobustnessReport(String data, String unit, List<Model> models) {
    /**
     * A model.
     *
     * @param name of its file, different from those of the others
     */
    public record Model(String name, RobustnessResult result) {}

    public RobustnessReport {
        models = List.copyOf(models);
        if (models.isEmpty()) {
            throw new IllegalArgumentException("Expected at least one model");
        }
        RobustnessResult first = models.get(0).result();
        for (Model m : models) {
            if (!m.result().budgets().equals(first.budgets())
                    || !m.result().attacks().equals(first.attacks())) {
                throw new IllegalArgumentException("Expected tables of the same attacks and budgets, but " + m.name()
                        + " has " + m.result().attacks() + " in " + m.result().budgets());
            }
        }
    }

    /** What the page and the picture are called. */
    public String title() {
        return "Robustness of "
                + String.join(", ", models.stream().map(Model::name).toList());
    }

    /** The row that sums up a table: the worst case, or the only attack. */
    public String worst() {
        List<String> rows = first().rows();
        return rows.get(rows.size() - 1);
    }

    RobustnessResult first() {
        return models.get(0).result();
    }

    /** The finding in a sentence for each model. */
    public String verdict() {
        StringBuilder text = new StringBuilder();
        for (Model m : models) {
            RobustnessResult r = m.result();
            text.append(text.isEmpty() ? "" : " ")
                    .append(String.format(
                            Locale.ROOT,
                            "%s answers %.1f %% right",
                            m.name(),
                            100 * r.clean().value()));
            for (Ball ball : r.balls()) {
                List<RobustnessCell> row = r.of(worst(), ball);
                RobustnessCell small = row.get(0);
                RobustnessCell large = row.get(row.size() - 1);
                text.append(String.format(
                        Locale.ROOT,
                        "; under attack %.1f %% within %s",
                        100 * small.accuracy().value(),
                        small.budget()));
                if (row.size() > 1) {
                    text.append(String.format(
                            Locale.ROOT,
                            ", %.1f %% within %s",
                            100 * large.accuracy().value(),
                            large.budget()));
                }
            }
            text.append('.');
            if (!r.warnings().isEmpty()) {
                text.append(" There are warnings: read them before the numbers.");
            }
        }
        return text.toString();
    }

    /** What a reader must know, with the model's name where there are several. */
    public List<String> warnings() {
        List<String> out = new ArrayList<>();
        for (Model m : models) {
            for (String warning : m.result().warnings()) {
                out.add(models.size() > 1 ? m.name() + ": " + warning : warning);
            }
        }
        return out;
    }

    /** The name of a row: {@code worst case} for the worst of all attacks. */
    public static String name(String row) {
        return row.equals(RobustnessResult.ALL) ? "worst case" : row;
    }
}
