package dev.qualm.benchmarks.hardening;

import dev.qualm.benchmarks.hardening.HardeningTable.Measured;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What was measured, as Markdown: means over the seeds, sums with the standard deviation over them. */
final class ResultTables {
    private ResultTables() {}

    static void print(Problem problem, Collection<Measured> all) {
        Map<String, List<Measured>> rows = new LinkedHashMap<>();
        all.forEach(m -> rows.computeIfAbsent(
                        m.method() + (m.layer().isEmpty() ? "" : " + " + m.layer()), k -> new ArrayList<>())
                .add(m));
        int epsilons = problem.tested().length;
        System.out.println("\n" + problem.name() + ", FGSM:\n");
        StringBuilder head = new StringBuilder("| training | clean |");
        for (double e : problem.tested()) {
            head.append(' ').append(e).append(" |");
        }
        System.out.println(head + " R&G FGSM | R&G PGD | R&G APGD |");
        System.out.println("|---".repeat(epsilons + 5) + "|");
        rows.forEach((name, runs) -> {
            StringBuilder line = new StringBuilder("| " + name + " |");
            for (int e = -1; e < epsilons; e++) {
                int at = e;
                line.append(mean(runs, m -> m.accuracy(0, at, epsilons), 1));
            }
            for (int a = 0; a < Judged.ATTACKS.size(); a++) {
                int attack = a;
                line.append(spread(runs, m -> m.sum(attack, epsilons)));
            }
            System.out.println(line);
        });
        for (int a = 1; a < Judged.ATTACKS.size(); a++) {
            attack(problem, rows, a);
        }
        movement(problem, rows);
    }

    private static void attack(Problem problem, Map<String, List<Measured>> rows, int attack) {
        int epsilons = problem.tested().length;
        System.out.println("\n" + Judged.ATTACKS.get(attack).toUpperCase(Locale.ROOT) + ":\n");
        StringBuilder head = new StringBuilder("| training |");
        for (double e : problem.tested()) {
            head.append(' ').append(e).append(" |");
        }
        System.out.println(head + "\n" + "|---".repeat(epsilons + 1) + "|");
        rows.forEach((name, runs) -> {
            StringBuilder line = new StringBuilder("| " + name + " |");
            for (int e = 0; e < epsilons; e++) {
                int at = e;
                line.append(mean(runs, m -> m.accuracy(attack, at, epsilons), 1));
            }
            System.out.println(line);
        });
    }

    private static void movement(Problem problem, Map<String, List<Measured>> rows) {
        System.out.println("\nMean relative error of the layers under PGD at " + problem.epsilon() + ":\n");
        System.out.println("| training | " + String.join(" | ", problem.activations()) + " |");
        System.out.println("|---".repeat(problem.activations().size() + 1) + "|");
        rows.forEach((name, runs) -> {
            StringBuilder line = new StringBuilder("| " + name + " |");
            for (int l = 0; l < problem.activations().size(); l++) {
                int layer = l;
                line.append(mean(runs, m -> m.movement(layer, problem.tested().length), 3));
            }
            System.out.println(line);
        });
    }

    private static String mean(List<Measured> runs, ToDoubleFunction<Measured> figure, int digits) {
        double mean = runs.stream().mapToDouble(figure).average().orElse(Double.NaN);
        return String.format(Locale.ROOT, " %." + digits + "f |", mean);
    }

    private static String spread(List<Measured> runs, ToDoubleFunction<Measured> figure) {
        double mean = runs.stream().mapToDouble(figure).average().orElse(Double.NaN);
        double squares = runs.stream()
                .mapToDouble(figure)
                .map(x -> (x - mean) * (x - mean))
                .sum();
        double deviation = runs.size() < 2 ? Double.NaN : Math.sqrt(squares / (runs.size() - 1));
        return String.format(Locale.ROOT, " %.1f ± %.1f |", mean, deviation);
    }
}
