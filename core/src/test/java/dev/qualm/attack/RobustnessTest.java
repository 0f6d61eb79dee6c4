package dev.qualm.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.data.Dataset;
import dev.qualm.data.ItemSource;
import dev.qualm.data.Layout;
import dev.qualm.metric.Proportion;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.Views;
import dev.qualm.network.Workers;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RobustnessTest {
    private static final Box BOX = Box.of(0, 1);
    private static final double[] EPSILONS = {0.02, 0.05, 0.1};

    private static Graph graph() {
        return NetworkBuilder.input("x", 12)
                .seed(2)
                .linear("a", 16)
                .relu("r")
                .linear("b", 4)
                .build();
    }

    private static Array inputs(int n) {
        return Array.of(new Random(5).doubles(n * 12L, 0.1, 0.9).toArray(), n, 12);
    }

    /** The network's own answers, every tenth of them wrong. */
    private static int[] labels(Network network, Array x) {
        Logits z = Logits.of(network, x);
        return IntStream.range(0, x.dim(0))
                .map(i -> i % 10 == 3 ? (z.predicted(i) + 1) % 4 : z.predicted(i))
                .toArray();
    }

    private static Robustness table(Network network) {
        return Robustness.of(network, BOX)
                .withEpsilons(Ball.LINF, EPSILONS)
                .withSettings(new AttackSettings(8, null, null, 3))
                .withDiagnostics(0);
    }

    @Test
    void measure_smallNetwork_countsWhatTheAttacksDo() {
        try (Network network = Network.of(graph(), Precision.FLOAT64)) {
            Array x = inputs(90);
            int[] labels = labels(network, x);
            RobustnessResult found = table(network).measure(x, labels);
            assertThat(found.clean()).isEqualTo(new Proportion(81, 90));
            assertThat(found.rows()).containsExactly("fgsm", "pgd", "apgd-ce", RobustnessResult.ALL);
            int[] right = IntStream.range(0, 90).filter(i -> i % 10 != 3).toArray();
            int[] own = IntStream.of(right).map(i -> labels[i]).toArray();
            for (int b = 0; b < EPSILONS.length; b++) {
                boolean[] any = new boolean[81];
                for (String name : Robustness.DEFAULT_ATTACKS) {
                    Adversarial one = new AttackSettings(8, null, null, 3)
                            .attack(name, Ball.LINF, EPSILONS[b], BOX)
                            .attack(network, x.select(right), own);
                    int broken = 0;
                    double most = 0;
                    long passes = 0;
                    for (int i = 0; i < 81; i++) {
                        any[i] |= one.success()[i];
                        broken += one.success()[i] ? 1 : 0;
                        most = one.success()[i]
                                ? Math.max(most, one.norms().get(i).linf())
                                : most;
                        passes += one.passes()[i];
                    }
                    RobustnessCell cell = found.of(name, Ball.LINF).get(b);
                    assertThat(cell.accuracy()).as("%s", cell).isEqualTo(new Proportion(81 - broken, 90));
                    assertThat(cell.broken()).isEqualTo(broken);
                    assertThat(cell.maxNorm()).isEqualTo(most);
                    assertThat(cell.passes()).isEqualTo(name.equals("fgsm") && b > 0 ? 81 : passes);
                }
                int held = 0;
                for (boolean broken : any) {
                    held += broken ? 0 : 1;
                }
                assertThat(found.of(RobustnessResult.ALL, Ball.LINF).get(b).accuracy())
                        .isEqualTo(new Proportion(held, 90));
            }
            double sum = 90;
            for (RobustnessCell cell : found.of("pgd", Ball.LINF)) {
                sum += 100 * cell.accuracy().value();
                assertThat(cell.interval().contains(cell.accuracy().value())).isTrue();
            }
            assertThat(found.score("pgd", Ball.LINF).sum()).isCloseTo(sum, within(1e-9));
            assertThat(found.score("pgd", Ball.LINF).mean()).isCloseTo(sum / 4, within(1e-9));
            assertThat(found.provenance().toString()).contains("sha256:").contains("apgd-ce=");
            assertThat(found.toString()).contains("R&G").contains("all linf:");
        }
    }

    @Test
    void measure_monotone_attacksNoItemTwiceAndIsAtLeastAsStrong() {
        try (Network network = Network.of(graph(), Precision.FLOAT64)) {
            Array x = inputs(60);
            int[] labels = labels(network, x);
            RobustnessResult plain = table(network).measure(x, labels);
            RobustnessResult carried = table(network).withMonotone(true).measure(x, labels);
            for (String name : plain.rows()) {
                long before = Long.MAX_VALUE;
                for (int b = 0; b < EPSILONS.length; b++) {
                    long held = carried.of(name, Ball.LINF).get(b).accuracy().successes();
                    assertThat(held)
                            .isLessThanOrEqualTo(before)
                            .isLessThanOrEqualTo(
                                    plain.of(name, Ball.LINF).get(b).accuracy().successes());
                    before = held;
                }
            }
            RobustnessCell small = carried.of("pgd", Ball.LINF).get(0);
            RobustnessCell next = carried.of("pgd", Ball.LINF).get(1);
            assertThat(small.broken()).isPositive();
            assertThat(next.attacked()).isEqualTo(small.attacked() - small.broken());
        }
    }

    @Test
    void measure_anyWorkers_sameResult() {
        try (Network network = Network.of(graph(), Precision.FLOAT32);
                Workers three = Workers.of(3)) {
            Array x = inputs(200).asFloat32();
            Dataset data = Dataset.of(x, Layout.NCHW, labels(network, x));
            List<Integer> seen = new ArrayList<>();
            RobustnessResult one = table(network).measure(data, Workers.caller(), (done, of) -> seen.add(done));
            RobustnessResult spread = table(network).measure(data, three, (done, of) -> {});
            assertThat(spread.cells()).isEqualTo(one.cells());
            assertThat(seen).containsExactly(64, 128, 192, 200);
        }
    }

    @Test
    void measure_unreadableAndNanItems_areCountedAndSaid() {
        try (Network network = Network.of(graph(), Precision.FLOAT64)) {
            double[] values = inputs(30).toDoubles().clone();
            values[4 * 12] = Double.NaN;
            Array x = Array.of(values, 30, 12);
            int[] labels = labels(network, x);
            Dataset holes = Dataset.of(new Holes(x), labels, List.of());
            RobustnessResult found = table(network).measure(holes, Workers.caller(), (done, of) -> {});
            assertThat(found.unreadable()).isEqualTo(3);
            assertThat(found.items()).isEqualTo(27);
            assertThat(found.nonFinite()).isEqualTo(1);
            assertThat(found.warnings())
                    .contains("3 items could not be read and are left out.")
                    .anySatisfy(w -> assertThat(w).contains("On 1 items the network answers NaN"));
            Dataset none = holes.select(0, 10, 20);
            assertThatThrownBy(() -> table(network).measure(none, Workers.caller(), (done, of) -> {}))
                    .isInstanceOf(QualmException.class)
                    .hasMessageContaining("none of");
        }
    }

    /** Every tenth item cannot be read. */
    private record Holes(Array inputs) implements ItemSource {
        @Override
        public int size() {
            return inputs.dim(0);
        }

        @Override
        public String id(int item) {
            return Integer.toString(item);
        }

        @Override
        public Array item(int item) {
            if (item % 10 == 0) {
                throw new QualmException("item " + item + " is damaged");
            }
            return inputs.slice(item, item + 1).reshape(12);
        }

        @Override
        public Layout layout() {
            return Layout.NCHW;
        }

        @Override
        public String describe() {
            return "holes";
        }
    }

    @Test
    void warnings_oneStepOnly_isLoud() {
        try (Network network = Network.of(graph(), Precision.FLOAT64)) {
            Array x = inputs(20);
            int[] labels = labels(network, x);
            RobustnessResult alone = table(network).withAttacks("fgsm").measure(x, labels);
            assertThat(alone.warnings().get(0)).startsWith("One-step attack only");
            assertThat(alone.rows()).containsExactly("fgsm");
            assertThat(table(network)
                            .withAttacks("fgsm", "pgd")
                            .measure(x, labels)
                            .warnings())
                    .noneMatch(w -> w.startsWith("One-step"));
        }
    }

    /** Sigmoids driven so far that their derivatives underflow. */
    @Test
    void warnings_maskedGradients_areSeenInTheTableAndByTheDiagnostics() {
        Graph graph = NetworkBuilder.input("x", 12)
                .seed(2)
                .linear("a", 12)
                .unary("s", "Sigmoid", Attributes.NONE)
                .linear("b", 4)
                .build();
        Random random = new Random(1);
        double[] steep = new double[144];
        for (int j = 0; j < steep.length; j++) {
            steep[j] = 1e5 * random.nextGaussian();
        }
        try (Network plain = Network.of(graph, Precision.FLOAT64);
                Network network = plain.with(Views.weights(Map.of("a.weight", Array.of(steep, 12, 12))))) {
            Array x = Array.of(new Random(5).doubles(480, 0.2, 0.8).toArray(), 40, 12);
            RobustnessResult found = Robustness.of(network, BOX)
                    .withAttacks("fgsm", "pgd", "square")
                    .withEpsilons(Ball.LINF, 0.15, 0.3)
                    .withSettings(new AttackSettings(5, null, 500, 1))
                    .withDiagnostics(20)
                    .measure(x, labels(network, x));
            assertThat(found.warnings())
                    .anySatisfy(w -> assertThat(w).startsWith("pgd meets a zero or non-finite gradient on"))
                    .anySatisfy(w -> assertThat(w).startsWith("An attack that sees no gradients does better"))
                    .anySatisfy(w -> assertThat(w).contains(": black box stronger"));
            AttackDiagnostics signs = found.diagnostics();
            assertThat(signs).isNotNull();
        }
    }

    @Test
    void of_misuse_isRefused() {
        try (Network network = Network.of(graph(), Precision.FLOAT64)) {
            Robustness table = Robustness.of(network, BOX);
            assertThatThrownBy(() -> table.withAttacks("pgd", "pgd")).hasMessageContaining("none twice");
            assertThatThrownBy(() -> table.withAttacks("pgdd")).hasMessageContaining("'pgdd'");
            assertThatThrownBy(() -> table.withEpsilons(Ball.L2)).hasMessageContaining("at least one budget");
            assertThatThrownBy(() -> table.withEpsilons(Ball.L2, -1)).hasMessageContaining("positive epsilon");
            Array x = inputs(3);
            assertThatThrownBy(() -> table.measure(x, new int[] {0, 1, 4})).hasMessageContaining("from 0 to 3");
            assertThatThrownBy(() -> table.measure(x, new int[2])).hasMessageContaining("one label per input");
            assertThatThrownBy(() -> new AttackSettings(0, null, null, 1)).isInstanceOf(QualmException.class);
        }
    }

    @Test
    void warnings_inputsOutsideTheBox_areCounted() {
        try (Network network = Network.of(graph(), Precision.FLOAT64)) {
            Array x = inputs(20);
            double[] values = x.toDoubles().clone();
            values[5 * 12 + 1] = 1.5;
            values[7 * 12] = -0.1;
            values[8 * 12] = 1.0005;
            Array given = Array.of(values, 20, 12);
            RobustnessResult found = table(network).measure(given, labels(network, given));
            assertThat(found.outside()).isEqualTo(2);
            assertThat(found.warnings()).anySatisfy(w -> assertThat(w).startsWith("2 items have values outside"));
        }
    }

    @Test
    void radius_fractionsOfBytes_readAsSuch() {
        assertThat(new Budget(Ball.LINF, 8 / 255.0)).hasToString("linf 8/255");
        assertThat(new Budget(Ball.LINF, 51 / 255.0)).hasToString("linf 0.2");
        assertThat(new Budget(Ball.L2, 0.123456789)).hasToString("l2 0.123456789");
        assertThat(new Budget(Ball.L1, 12)).hasToString("l1 12");
    }

    private static RobustnessCell cell(String attack, double epsilon, int held) {
        Budget budget = new Budget(Ball.LINF, epsilon);
        return new RobustnessCell(attack, budget, new Proportion(held, 100), 0.95, 90, 90 - held, 0, 0.1, 0.1, 1);
    }

    private static List<String> warnings(RobustnessCell... cells) {
        List<RobustnessCell> all = List.of(cells);
        return RobustnessWarnings.of(new RobustnessResult(
                new Proportion(90, 100),
                0.95,
                0,
                0,
                0,
                all.stream().map(RobustnessCell::attack).distinct().toList(),
                all.stream().map(RobustnessCell::budget).distinct().toList(),
                all,
                null,
                null,
                List.of(),
                dev.qualm.Provenance.of("made up")));
    }

    @Test
    void warnings_madeUpTables_nameWhatIsOdd() {
        assertThat(warnings(cell("pgd", 0.1, 50), cell("pgd", 0.2, 20), cell("pgd", 0.4, 0)))
                .isEmpty();
        assertThat(warnings(cell("pgd", 0.1, 50), cell("pgd", 0.2, 50), cell("pgd", 0.3, 60)))
                .containsExactly(
                        "pgd is no stronger in a larger budget: it leaves 0.5000 within linf 0.1 and 0.5000 within"
                                + " linf 0.2, 0.5000 within linf 0.2 and 0.6000 within linf 0.3.");
        assertThat(warnings(cell("fgsm", 0.1, 40), cell("pgd", 0.1, 50)))
                .containsExactly(
                        "One step does better than many within linf 0.1: accuracy 0.4000 under fgsm, 0.5000 under pgd.");
        assertThat(warnings(cell("apgd-ce", 0.1, 50), cell("square", 0.1, 30)))
                .containsExactly(
                        "An attack that sees no gradients does better than those that do within linf 0.1: accuracy"
                                + " 0.3000 under square, 0.5000 under apgd-ce: gradients may be masked.");
    }
}
