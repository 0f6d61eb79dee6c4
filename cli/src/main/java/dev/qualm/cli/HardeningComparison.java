package dev.qualm.cli;

import dev.qualm.attack.Box;
import dev.qualm.attack.Budget;
import dev.qualm.attack.Robustness;
import dev.qualm.attack.RobustnessResult;
import dev.qualm.data.Dataset;
import dev.qualm.network.Network;
import dev.qualm.network.Workers;
import dev.qualm.report.robustness.RobustnessReport;
import dev.qualm.sustainability.LayerMovement;
import dev.qualm.sustainability.Measure;
import dev.qualm.sustainability.SustainabilityResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;

/**
 * A model before and after hardening, on items it did not learn from.
 *
 * @param report accuracy under attack
 * @param before how far layers move
 * @param after likewise; a layer that was held may have handed its movement on
 * @param radius of the attack that moved them
 */
record HardeningComparison(
        RobustnessReport report, List<LayerMovement> before, List<LayerMovement> after, String radius) {
    private static final double[] FACTORS = {0.5, 1, 2};
    private static final long SEED = 1;

    static HardeningComparison of(
            Network before,
            Network after,
            Dataset data,
            Box box,
            Budget budget,
            BiFunction<String, Long, ProgressBar> progress) {
        return new HardeningComparison(
                new RobustnessReport(
                        "test items",
                        "that of training",
                        List.of(
                                new RobustnessReport.Model("before", robustness(before, data, box, budget, progress)),
                                new RobustnessReport.Model("after", robustness(after, data, box, budget, progress)))),
                movement(before, data, box, budget),
                movement(after, data, box, budget),
                budget.radius());
    }

    private static RobustnessResult robustness(
            Network network, Dataset data, Box box, Budget budget, BiFunction<String, Long, ProgressBar> progress) {
        List<Budget> budgets = new ArrayList<>();
        for (double factor : FACTORS) {
            budgets.add(new Budget(budget.ball(), factor * budget.epsilon()));
        }
        try (Workers workers = Workers.of(Runtime.getRuntime().availableProcessors());
                ProgressBar bar = progress.apply("Attacking", (long) data.size())) {
            return Robustness.of(network, box)
                    .withBudgets(budgets)
                    .withDiagnostics(0)
                    .measure(data, workers, (done, of) -> bar.update(done));
        }
    }

    private static List<LayerMovement> movement(Network network, Dataset data, Box box, Budget budget) {
        if (network.structure().activations().isEmpty()) {
            return List.of();
        }
        SustainabilityResult result = HardeningWork.movement(network, data.all(), data.labels(), box, budget, SEED);
        return result.of(result.names().get(0), Measure.RELATIVE_ERROR);
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>(RobustnessText.of(report));
        if (!before.isEmpty()) {
            lines.add("");
            lines.add("mean relative error of each activation under PGD at " + radius + ", before and after");
        }
        for (int l = 0; l < before.size(); l++) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  %-24s %.3f  %.3f",
                    before.get(l).tap().tensor(),
                    before.get(l).value(),
                    after.get(l).value()));
        }
        report.warnings().forEach(w -> lines.add("warning: " + w));
        return lines;
    }
}
