package dev.qualm.attack;

import dev.qualm.array.Array;
import dev.qualm.data.Batch;
import dev.qualm.data.Dataset;
import dev.qualm.network.Network;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** All attacks of a {@link Robustness} table on one part of the data. */
final class RobustnessRun {
    private final Network network;
    private final Box box;
    private final List<String> names;
    private final List<Budget> budgets;
    private final boolean monotone;
    private final @Nullable Attack[][] attacks;

    RobustnessRun(
            Network network,
            Box box,
            List<String> names,
            List<Budget> budgets,
            AttackSettings settings,
            boolean monotone) {
        this.network = network;
        this.box = box;
        this.names = names;
        this.budgets = budgets;
        this.monotone = monotone;
        attacks = new Attack[names.size()][budgets.size()];
        for (int a = 0; a < names.size(); a++) {
            for (int b = 0; b < budgets.size(); b++) {
                attacks[a][b] = settings.attack(
                        names.get(a), budgets.get(b).ball(), budgets.get(b).epsilon(), box);
            }
        }
    }

    RobustnessSums run(Dataset data, int[] labels, int from, int to) {
        RobustnessSums sums = new RobustnessSums(names.size(), budgets);
        Batch batch = data.read(from, to);
        int[] kept = IntStream.range(0, to - from)
                .filter(i -> batch.status().get(i).ok())
                .toArray();
        sums.items = kept.length;
        sums.unreadable = (to - from) - kept.length;
        if (kept.length == 0) {
            return sums;
        }
        Array inputs = batch.complete() ? batch.inputs() : batch.inputs().select(kept);
        int[] own = IntStream.of(kept).map(i -> labels[from + i]).toArray();
        Logits clean = Logits.of(network, inputs);
        int[] right = IntStream.range(0, own.length)
                .filter(i -> clean.isFinite(i) && clean.predicted(i) == clean.checked(own[i]))
                .toArray();
        sums.right = right.length;
        sums.nonFinite =
                IntStream.range(0, own.length).filter(i -> !clean.isFinite(i)).count();
        sums.outside = box.outside(inputs);
        if (right.length > 0) {
            attack(inputs.select(right), IntStream.of(right).map(i -> own[i]).toArray(), sums);
        }
        return sums;
    }

    private void attack(Array x, int[] labels, RobustnessSums sums) {
        double[][] least = new double[budgets.size()][labels.length];
        for (double[] row : least) {
            Arrays.fill(row, Double.NaN);
        }
        for (int a = 0; a < names.size(); a++) {
            double[][] broke = names.get(a).equals("fgsm") ? oneGradient(a, x, labels, sums) : each(a, x, labels, sums);
            for (int b = 0; b < budgets.size(); b++) {
                for (int i = 0; i < labels.length; i++) {
                    sums.held[a][b] += Double.isNaN(broke[b][i]) ? 1 : 0;
                    least[b][i] = smaller(least[b][i], broke[b][i]);
                }
            }
        }
        for (int b = 0; b < budgets.size(); b++) {
            for (int i = 0; i < labels.length; i++) {
                sums.worst(b, least[b][i]);
            }
        }
    }

    private static double smaller(double a, double b) {
        return Double.isNaN(a) ? b : Double.isNaN(b) ? a : Math.min(a, b);
    }

    /** Sizes of the changes that broke inputs, by budget and input; NaN where none did. */
    private double[][] each(int a, Array x, int[] labels, RobustnessSums sums) {
        double[][] broke = new double[budgets.size()][];
        for (int b = 0; b < budgets.size(); b++) {
            double[] known = before(broke, b, labels.length);
            int[] active = IntStream.range(0, labels.length)
                    .filter(i -> Double.isNaN(known[i]))
                    .toArray();
            Attack attack = attacks[a][b];
            if (active.length > 0 && attack != null) {
                Array part = active.length == labels.length ? x : x.select(active);
                int[] own = IntStream.of(active).map(i -> labels[i]).toArray();
                note(a, b, attack.attack(network, part, own), active, known, sums);
            }
            broke[b] = known;
        }
        return broke;
    }

    private double[][] oneGradient(int a, Array x, int[] labels, RobustnessSums sums) {
        double[][] broke = new double[budgets.size()][];
        int[] all = IntStream.range(0, labels.length).toArray();
        for (Ball ball : budgets.stream().map(Budget::ball).distinct().toList()) {
            int[] own = IntStream.range(0, budgets.size())
                    .filter(b -> budgets.get(b).ball() == ball)
                    .toArray();
            double[] epsilons =
                    IntStream.of(own).mapToDouble(b -> budgets.get(b).epsilon()).toArray();
            List<Adversarial> found = new ArrayList<>(Fgsm.sweep(network, x, labels, ball, box, epsilons));
            for (int k = 0; k < own.length; k++) {
                double[] known = before(broke, own[k], labels.length);
                note(a, own[k], found.get(k), all, known, sums);
                broke[own[k]] = known;
            }
        }
        return broke;
    }

    /** What counts as broken before a budget is tried: with monotone, what broke in the next smaller ball. */
    private double[] before(double[][] broke, int b, int n) {
        if (monotone && b > 0 && budgets.get(b - 1).ball() == budgets.get(b).ball()) {
            return broke[b - 1].clone();
        }
        double[] none = new double[n];
        Arrays.fill(none, Double.NaN);
        return none;
    }

    private void note(int a, int b, Adversarial found, int[] active, double[] known, RobustnessSums sums) {
        sums.count(a, b, found);
        for (int r = 0; r < active.length; r++) {
            if (found.success()[r]) {
                double size = budgets.get(b).ball().of(found.norms().get(r));
                known[active[r]] = smaller(known[active[r]], size);
            }
        }
    }
}
