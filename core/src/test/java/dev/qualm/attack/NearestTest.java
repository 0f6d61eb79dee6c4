package dev.qualm.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.QualmException;
import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.Views;
import dev.qualm.network.engine.Precision;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Searches for the nearest point, and attacks without gradients, where the best is known: on linear networks. */
class NearestTest {
    private static final int D = 8;
    private static final int K = 4;
    private static final Box BOX = Box.of(-6, 6);

    private final double[] weight = gaussian(new Random(1), K * D);
    private final Array x = Array.of(gaussian(new Random(2), 12 * D), 12, D);

    private static double[] gaussian(Random random, int n) {
        return random.doubles(n).map(u -> random.nextGaussian()).toArray();
    }

    private Network linear() {
        var graph = NetworkBuilder.input("x", D).seed(1).linear("fc", K).build();
        try (Network plain = Network.of(graph, Precision.FLOAT64)) {
            return plain.with(Views.weights(Map.of("fc.weight", Array.of(weight, K, D))));
        }
    }

    private static int[] predictions(Network network, Array x) {
        Logits z = Logits.of(network, x);
        int[] out = new int[x.dim(0)];
        Arrays.setAll(out, z::predicted);
        return out;
    }

    /** Distance of an input to the nearest boundary: the gap over the dual norm of the difference of weights. */
    private double exact(Logits z, int i, int label, Ball ball) {
        double nearest = Double.POSITIVE_INFINITY;
        for (int k = 0; k < K; k++) {
            double dual = 0;
            for (int j = 0; j < D; j++) {
                double w = Math.abs(weight[k * D + j] - weight[label * D + j]);
                dual = switch (ball) {
                    case LINF -> dual + w;
                    case L2 -> dual + w * w;
                    case L1 -> Math.max(dual, w);
                };
            }
            dual = ball == Ball.L2 ? Math.sqrt(dual) : dual;
            nearest = k == label ? nearest : Math.min(nearest, (z.logit(i, label) - z.logit(i, k)) / dual);
        }
        return nearest;
    }

    /** Never nearer than possible; at most inputs about as near. On others a search may end at another class than the nearest. */
    private void nearly(Attack attack, Ball ball, double factor) {
        try (Network network = linear()) {
            int[] labels = predictions(network, x);
            Logits z = Logits.of(network, x);
            Adversarial found = attack.attack(network, x, labels);
            int near = 0;
            for (int i = 0; i < labels.length; i++) {
                double best = exact(z, i, labels[i], ball);
                assertThat(found.success()[i]).isTrue();
                double reached = ball.of(found.norms().get(i));
                assertThat(reached).as("input %d", i).isBetween(best - 1e-9, 2 * best);
                near += reached < factor * best ? 1 : 0;
            }
            assertThat(near).isGreaterThanOrEqualTo(9);
        }
    }

    @Test
    void carliniWagner_linearNetwork_findsNearlyTheExactDistance() {
        nearly(CarliniWagner.of(BOX), Ball.L2, 1.05);
    }

    @Test
    void hopSkipJump_linearNetwork_findsNearlyTheExactDistance() {
        nearly(HopSkipJump.of(Ball.L2, BOX, 1), Ball.L2, 1.1);
        nearly(HopSkipJump.of(Ball.LINF, BOX, 1), Ball.LINF, 1.3);
    }

    @Test
    void hopSkipJump_moreQueries_comeNearerAndAreCounted() {
        try (Network network = linear()) {
            int[] labels = predictions(network, x);
            HopSkipJump attack = HopSkipJump.of(Ball.L2, BOX, 1);
            double last = Double.POSITIVE_INFINITY;
            for (int queries : new int[] {100, 1000, 5000}) {
                Adversarial found = new HopSkipJump(Ball.L2, queries, 30, BOX, 1).attack(network, x, labels);
                double mean =
                        found.norms().stream().mapToDouble(Norms::l2).average().orElseThrow();
                assertThat(mean).isLessThan(last);
                last = mean;
                assertThat(Arrays.stream(found.gradients()).sum()).isZero();
                assertThat(Arrays.stream(found.queries()).max().orElseThrow()).isBetween(queries / 2, queries + 1);
            }
            assertThat(attack.cost(K, D)).isEqualTo(5001);
        }
    }

    /** What a budget just under and just over the exact distance allows, whatever the way there. */
    @ParameterizedTest
    @ValueSource(strings = {"pgd", "bim", "apgd-ce", "apgd-t", "square"})
    void bounded_linearNetwork_succeedsExactlyBeyondTheDistance(String name) {
        try (Network network = linear()) {
            int[] labels = predictions(network, x);
            Logits z = Logits.of(network, x);
            for (Ball ball : Attacks.entry(name).balls()) {
                for (int i = 0; i < 6; i++) {
                    double exact = exact(z, i, labels[i], ball);
                    // The cross-entropy may lead to another class than the nearest; random search needs room.
                    double ample = name.equals("square") ? 2 : name.equals("apgd-t") ? 1.1 : 1.4;
                    Array one = x.slice(i, i + 1);
                    int[] label = {labels[i]};
                    assertThat(Attacks.of(name, ball, 0.999 * exact, BOX, 1)
                                    .attack(network, one, label)
                                    .success()[0])
                            .isFalse();
                    assertThat(Attacks.of(name, ball, ample * exact, BOX, 1)
                                    .attack(network, one, label)
                                    .success()[0])
                            .as("%s %s input %d", name, ball, i)
                            .isTrue();
                }
            }
        }
    }

    @Test
    void jsma_linearNetwork_changesFewEntriesAtMostThoseAllowed() {
        try (Network network = linear()) {
            int[] labels = predictions(network, x);
            Adversarial found = new Jsma(3, 0.5, BOX).attack(network, x, labels);
            assertThat(found.norms()).allMatch(n -> n.changed() <= 4);
            assertThat(found.successRate()).isGreaterThan(0.5);
            int[] targets = Arrays.stream(labels).map(k -> (k + 1) % K).toArray();
            Adversarial toward = new Jsma(-3, 1, BOX).attackToward(network, x, targets);
            int[] answers = predictions(network, toward.inputs());
            for (int i = 0; i < answers.length; i++) {
                assertThat(toward.success()[i]).isEqualTo(answers[i] == targets[i]);
                for (int j = i * D; j < (i + 1) * D; j++) {
                    assertThat(toward.inputs().get(j)).isLessThanOrEqualTo(x.get(j));
                }
            }
            assertThat(toward.successRate()).isGreaterThan(0.5);
        }
    }

    @Test
    void square_largeBudget_stopsEarlyAndUsesNoGradient() {
        try (Network network = linear()) {
            int[] labels = predictions(network, x);
            Adversarial found = Square.of(Ball.L2, 5, BOX, 1).attack(network, x, labels);
            assertThat(found.successRate()).isEqualTo(1);
            assertThat(Arrays.stream(found.queries()).max().orElseThrow()).isLessThan(2000);
            assertThat(Arrays.stream(found.gradients()).sum()).isZero();
            int[] targets = Arrays.stream(labels).map(k -> (k + 1) % K).toArray();
            Adversarial toward = Square.of(Ball.LINF, 3, BOX, 1).attackToward(network, x, targets);
            assertThat(predictions(network, toward.inputs())).isEqualTo(toward.predicted());
            assertThat(toward.successRate()).isGreaterThan(0.5);
        }
    }

    @Test
    void square_l2_spendsItsBudget() {
        try (Network network = linear()) {
            int[] labels = predictions(network, x);
            Adversarial found = Square.of(Ball.L2, 1e-3, BOX, 1).withQueries(50).attack(network, x, labels);
            assertThat(found.norms()).allMatch(n -> Math.abs(n.l2() - 1e-3) < 1e-9 || n.l2() == 0);
            assertThat(found.norms()).anyMatch(n -> n.l2() > 0);
        }
    }

    @Test
    void hopSkipJump_sameAnswerEverywhere_saysThatThereIsNoStart() {
        try (Network network = linear();
                Network constant =
                        network.with(Views.weights(Map.of("fc.weight", Array.of(new double[K * D], K, D))))) {
            int[] labels = predictions(constant, x);
            Adversarial found = HopSkipJump.of(Ball.L2, BOX, 1).attack(constant, x, labels);
            assertThat(found.status()).allMatch(s -> s.kind() == Status.Kind.UNDEFINED);
            assertThat(found.inputs()).isEqualTo(x);
        }
    }

    @Test
    void settings_impossible_areRefused() {
        assertThatThrownBy(() -> CarliniWagner.of(Box.of(0, Double.POSITIVE_INFINITY)))
                .isInstanceOf(QualmException.class);
        assertThatThrownBy(() -> new CarliniWagner(0, 0, 1, 1, 1, BOX)).isInstanceOf(QualmException.class);
        assertThatThrownBy(() -> new Jsma(0, 0.1, BOX)).isInstanceOf(QualmException.class);
        assertThatThrownBy(() -> new Jsma(1, 1.1, BOX)).isInstanceOf(QualmException.class);
        assertThatThrownBy(() -> Square.of(Ball.L1, 1, BOX, 1)).isInstanceOf(QualmException.class);
        assertThatThrownBy(() -> HopSkipJump.of(Ball.L1, BOX, 1)).isInstanceOf(QualmException.class);
        assertThatThrownBy(() -> new HopSkipJump(Ball.L2, 9, 1, BOX, 1)).isInstanceOf(QualmException.class);
    }
}
