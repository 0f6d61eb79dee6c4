package dev.qualm.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.Views;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Attributes;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AttackDiagnosticsTest {
    private static final Box BOX = Box.of(0, 1);

    private static int[] predictions(Network network, Array x) {
        Logits z = Logits.of(network, x);
        return IntStream.range(0, x.dim(0)).map(z::predicted).toArray();
    }

    private static Array inputs(int n, int width) {
        return Array.of(new Random(5).doubles((long) n * width, 0.2, 0.8).toArray(), n, width);
    }

    @Test
    void of_plainNetwork_hasNoWarnings() {
        var graph = NetworkBuilder.input("x", 10)
                .seed(2)
                .linear("a", 12)
                .relu("r")
                .linear("b", 3)
                .build();
        try (Network network = Network.of(graph, Precision.FLOAT64)) {
            Array x = inputs(40, 10);
            AttackDiagnostics found =
                    AttackDiagnostics.of(network, x, predictions(network, x), new Budget(Ball.L2, 0.3), BOX, 1);
            assertThat(found.warnings())
                    .extracting(AttackDiagnostics.Warning::check)
                    .doesNotContain(
                            AttackDiagnostics.Check.ZERO_GRADIENT,
                            AttackDiagnostics.Check.LOSS_NOT_INCREASING,
                            AttackDiagnostics.Check.LARGER_EPSILON_NOT_STRONGER,
                            AttackDiagnostics.Check.BLACK_BOX_STRONGER);
            assertThat(found.inputs()).isEqualTo(40);
            assertThat(found.rates()).hasSize(5);
            assertThat(found.toString()).contains("40 inputs: fgsm 0.");
        }
    }

    /** Sigmoids driven so far that their derivatives underflow: the network looks robust to gradients and is not. */
    @Test
    void of_maskedGradients_warns() {
        var graph = NetworkBuilder.input("x", 10)
                .seed(2)
                .linear("a", 12)
                .unary("s", "Sigmoid", Attributes.NONE)
                .linear("b", 3)
                .build();
        double[] steep = new double[120];
        Random random = new Random(1);
        for (int j = 0; j < steep.length; j++) {
            steep[j] = 1e5 * random.nextGaussian();
        }
        try (Network plain = Network.of(graph, Precision.FLOAT64);
                Network network = plain.with(Views.weights(Map.of("a.weight", Array.of(steep, 12, 10))))) {
            Array x = inputs(40, 10);
            int[] labels = predictions(network, x);
            AttackDiagnostics found = AttackDiagnostics.of(network, x, labels, new Budget(Ball.LINF, 0.15), BOX, 1);
            assertThat(found.warnings())
                    .extracting(AttackDiagnostics.Warning::check)
                    .contains(
                            AttackDiagnostics.Check.ZERO_GRADIENT,
                            AttackDiagnostics.Check.WHOLE_BOX_NOT_ENOUGH,
                            AttackDiagnostics.Check.BLACK_BOX_STRONGER,
                            AttackDiagnostics.Check.LOSS_NOT_INCREASING);
            assertThat(found.toString()).contains("black box stronger: square breaks");
        }
    }

    @Test
    void of_nothingToAttack_saysSo() {
        var graph = NetworkBuilder.input("x", 4).seed(2).linear("a", 3).build();
        try (Network network = Network.of(graph, Precision.FLOAT64)) {
            Budget limit = new Budget(Ball.L2, 1);
            assertThat(AttackDiagnostics.of(network, Array.of(new double[0], 0, 4), new int[0], limit, BOX, 1)
                            .inputs())
                    .isZero();
            Array nan = Array.of(new double[] {Double.NaN, 0, 0, 0}, 1, 4);
            assertThat(AttackDiagnostics.of(network, nan, new int[1], limit, BOX, 1)
                            .inputs())
                    .isZero();
            Array x = inputs(2, 4);
            assertThatThrownBy(() -> AttackDiagnostics.of(network, x, new int[2], new Budget(Ball.L1, 1), BOX, 1))
                    .isInstanceOf(QualmException.class);
        }
    }
}
