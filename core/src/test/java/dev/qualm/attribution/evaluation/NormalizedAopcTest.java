package dev.qualm.attribution.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NormalizedAopcTest {
    private static void permutations(List<Integer> begun, int n, List<List<Integer>> out) {
        if (begun.size() == n) {
            out.add(List.copyOf(begun));
        }
        for (int i = 0; i < n; i++) {
            if (!begun.contains(i)) {
                begun.add(i);
                permutations(begun, n, out);
                begun.remove(begun.size() - 1);
            }
        }
    }

    @Test
    void search_fullBeam_findsTheBestAndWorstOfAllOrders() {
        int d = 5;
        List<List<Integer>> orders = new ArrayList<>();
        permutations(new ArrayList<>(), d, orders);
        Array x = Judged.inputs(1, 3, d);
        try (Network network = Judged.features(d)) {
            NormalizedAopc.Result exact =
                    NormalizedAopc.of(1, 10, 1).search(network, Judged.gradient(network), x, new int[] {0, 1, 2});
            NormalizedAopc.Result greedy =
                    NormalizedAopc.of(1, 1, 1).search(network, Judged.gradient(network), x, new int[] {0, 1, 2});
            assertThat(exact.exact()).isTrue();
            assertThat(greedy.exact()).isFalse();
            for (int i = 0; i < 3; i++) {
                double best = Double.NEGATIVE_INFINITY;
                double worst = Double.POSITIVE_INFINITY;
                for (List<Integer> order : orders) {
                    double[] row = x.slice(i, i + 1).toDoubles().clone();
                    double clean = network.logits(Array.of(row.clone(), 1, d)).get(i);
                    double aopc = 0;
                    for (int u : order) {
                        row[u] = 0;
                        aopc += (clean
                                        - network.logits(Array.of(row.clone(), 1, d))
                                                .get(i))
                                / (d + 1);
                    }
                    best = Math.max(best, aopc);
                    worst = Math.min(worst, aopc);
                }
                assertThat(exact.best()[i]).isCloseTo(best, within(1e-10));
                assertThat(exact.worst()[i]).isCloseTo(worst, within(1e-10));
                assertThat(exact.evaluation().values()[i])
                        .isCloseTo((exact.aopc()[i] - worst) / (best - worst), within(1e-9));
                assertThat(greedy.best()[i]).isLessThanOrEqualTo(best + 1e-10);
                assertThat(greedy.worst()[i]).isGreaterThanOrEqualTo(worst - 1e-10);
            }
            // 3 clean, 31 sets each, two own orders of 5.
            assertThat(exact.evaluation().cost()).isEqualTo(new Cost(3 + 3 * 31 + 3 * 10, 3));
        }
    }

    @Test
    void search_tooManyPieces_advisesALargerSide() {
        try (Network network = Judged.images()) {
            Array x = Judged.inputs(1, 1, 3, 8, 8);
            assertThatThrownBy(() -> NormalizedAopc.of(1, 1, 1).search(network, Judged.noise(), x, new int[1]))
                    .isInstanceOf(EvaluationException.class)
                    .hasMessageContaining("64")
                    .hasMessageContaining("larger side");
            NormalizedAopc.Result r = NormalizedAopc.of(3, 2, 1).search(network, Judged.noise(), x, new int[1]);
            assertThat(r.evaluation().values()[0]).isBetween(0.0, 1.0);
            assertThat(r.evaluation().provenance().entries()).containsEntry("pieces", "9");
        }
    }
}
