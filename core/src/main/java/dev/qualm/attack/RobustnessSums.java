package dev.qualm.attack;

import dev.qualm.Status;
import java.util.List;

/** What a robustness table counts, of a part of the data or of all; the last row is the worst case over the attacks. */
final class RobustnessSums {
    private final int attacks;
    private final List<Budget> budgets;
    long items;
    long unreadable;
    long nonFinite;
    long outside;
    long right;
    final long[][] attacked;
    final long[][] broken;
    final long[][] held;
    final long[][] doubtful;
    final long[][] passes;
    private final double[][] norms;
    private final double[][] maxNorms;

    RobustnessSums(int attacks, List<Budget> budgets) {
        this.attacks = attacks;
        this.budgets = budgets;
        int n = budgets.size();
        attacked = new long[attacks + 1][n];
        broken = new long[attacks + 1][n];
        held = new long[attacks + 1][n];
        doubtful = new long[attacks + 1][n];
        passes = new long[attacks + 1][n];
        norms = new double[attacks + 1][n];
        maxNorms = new double[attacks + 1][n];
    }

    /** Counts an attack on some inputs. */
    void count(int attack, int budget, Adversarial found) {
        for (int i = 0; i < found.n(); i++) {
            attacked[attack][budget]++;
            passes[attack][budget] += found.queries()[i] + found.gradients()[i];
            Status status = found.status().get(i);
            doubtful[attack][budget] += status.isOk() ? 0 : 1;
            if (found.success()[i]) {
                breaks(
                        attack,
                        budget,
                        budgets.get(budget).ball().of(found.norms().get(i)));
            }
        }
    }

    private void breaks(int attack, int budget, double norm) {
        broken[attack][budget]++;
        norms[attack][budget] += norm;
        maxNorms[attack][budget] = Math.max(maxNorms[attack][budget], norm);
    }

    /**
     * Counts the worst case of an input.
     *
     * @param norm size of the smallest change that broke it, or NaN if none did
     */
    void worst(int budget, double norm) {
        attacked[attacks][budget]++;
        if (!Double.isNaN(norm)) {
            breaks(attacks, budget, norm);
        } else {
            held[attacks][budget]++;
        }
    }

    double meanNorm(int attack, int budget) {
        return broken[attack][budget] == 0 ? Double.NaN : norms[attack][budget] / broken[attack][budget];
    }

    double maxNorm(int attack, int budget) {
        return broken[attack][budget] == 0 ? Double.NaN : maxNorms[attack][budget];
    }

    void add(RobustnessSums other) {
        items += other.items;
        unreadable += other.unreadable;
        nonFinite += other.nonFinite;
        outside += other.outside;
        right += other.right;
        for (int a = 0; a <= attacks; a++) {
            for (int b = 0; b < budgets.size(); b++) {
                attacked[a][b] += other.attacked[a][b];
                broken[a][b] += other.broken[a][b];
                held[a][b] += other.held[a][b];
                doubtful[a][b] += other.doubtful[a][b];
                passes[a][b] += other.passes[a][b];
                norms[a][b] += other.norms[a][b];
                maxNorms[a][b] = Math.max(maxNorms[a][b], other.maxNorms[a][b]);
            }
        }
    }
}
