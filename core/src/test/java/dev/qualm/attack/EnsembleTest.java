package dev.qualm.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.TestNetworks;
import dev.qualm.network.engine.Precision;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnsembleTest {
    private static final Box BOX = Box.of(-4, 4);

    private static int[] predictions(Network network, Array x) {
        Logits z = Logits.of(network, x);
        return IntStream.range(0, x.dim(0)).map(z::predicted).toArray();
    }

    private static double typical(Network network, Array x, int[] labels) {
        return DeepFool.of(BOX).attack(network, x, labels).norms().stream()
                .mapToDouble(Norms::l2)
                .sorted()
                .skip(labels.length / 2)
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void ensemble_anyNetwork_isAtLeastAsStrongAsEachMember(long seed) {
        Array x = TestNetworks.images(20, seed);
        try (Network network = Network.of(TestNetworks.residual(seed), Precision.FLOAT64)) {
            int[] labels = predictions(network, x);
            labels[7] = (labels[7] + 1) % 5;
            for (Ball ball : new Ball[] {Ball.LINF, Ball.L2}) {
                double typical = typical(network, x, labels);
                double epsilon = ball == Ball.LINF ? 1.3 * typical / Math.sqrt(192) : typical;
                Ensemble ensemble = new Ensemble(new Budget(ball, epsilon), 30, 200, BOX, 3);
                EnsembleResult found = ensemble.run(network, x, labels);
                assertThat(found.members()).hasSize(ball == Ball.L2 ? 4 : 3);
                for (Attack member : ensemble.members(5)) {
                    Adversarial alone = member.attack(network, x, labels);
                    for (int i = 0; i < 20; i++) {
                        assertThat(found.adversarial().success()[i] || !alone.success()[i])
                                .as("%s breaks input %d", member.name(), i)
                                .isTrue();
                    }
                }
                checkAccount(found, network, labels);
            }
        }
    }

    private static void checkAccount(EnsembleResult found, Network network, int[] labels) {
        int[] by = found.brokenBy();
        int[] answers = predictions(network, found.adversarial().inputs());
        double last = found.cleanAccuracy();
        assertThat(last).isEqualTo(19 / 20.0);
        assertThat(by[7]).isEqualTo(EnsembleResult.MISCLASSIFIED);
        assertThat(found.adversarial().norms().get(7)).isEqualTo(new Norms(0, 0, 0, 0));
        assertThat(found.adversarial().passes()[7]).isEqualTo(1);
        for (int m = 0; m < found.members().size(); m++) {
            int place = m;
            double now = found.robustAfter(m);
            assertThat(last - now)
                    .isCloseTo(IntStream.of(by).filter(b -> b == place).count() / 20.0, within(1e-12));
            last = now;
        }
        assertThat(found.robustAccuracy()).isEqualTo(last);
        assertThat(1 - found.adversarial().successRate()).isCloseTo(last, within(1e-12));
        for (int i = 0; i < 20; i++) {
            assertThat(answers[i] == labels[i]).isEqualTo(by[i] == EnsembleResult.ROBUST);
        }
        assertThat(found.toString().lines()).hasSize(found.members().size() + 1);
        assertThat(found.toString()).startsWith("clean 0.9500");
    }

    @Test
    void members_fewClasses_leaveOutTheRatiosThatDoNotExist() {
        Ensemble ensemble = Ensemble.of(Ball.LINF, 0.1, BOX, 1);
        assertThat(ensemble.members(10)).extracting(Attack::name).containsExactly("apgd-ce", "apgd-t", "square");
        assertThat(ensemble.members(3)).extracting(Attack::name).containsExactly("apgd-ce", "apgd-dlr", "square");
        assertThat(ensemble.members(2)).extracting(Attack::name).containsExactly("apgd-ce", "apgd-margin", "square");
        var graph = NetworkBuilder.input("x", 5).seed(1).linear("fc", 2).build();
        try (Network network = Network.of(graph, Precision.FLOAT64)) {
            Array x = Array.of(new Random(1).doubles(30, -1, 1).toArray(), 6, 5);
            assertThat(Ensemble.of(Ball.L2, 5, BOX, 1)
                            .attack(network, x, predictions(network, x))
                            .successRate())
                    .isEqualTo(1);
        }
        assertThatThrownBy(() -> Ensemble.of(Ball.L1, 1, BOX, 1)).isInstanceOf(QualmException.class);
    }

    @Test
    void run_emptyBatch_hasNoAccuracy() {
        try (Network network = Network.of(TestNetworks.residual(1), Precision.FLOAT32)) {
            EnsembleResult none =
                    Ensemble.of(Ball.L2, 1, BOX, 1).run(network, Array.of(new double[0], 0, 3, 8, 8), new int[0]);
            assertThat(none.cleanAccuracy()).isNaN();
            assertThat(none.brokenBy()).isEmpty();
            assertThat(Arrays.stream(none.adversarial().passes()).sum()).isZero();
        }
    }
}
