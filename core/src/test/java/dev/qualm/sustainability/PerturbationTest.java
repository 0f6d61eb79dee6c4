package dev.qualm.sustainability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.attack.Attacks;
import dev.qualm.attack.Box;
import dev.qualm.attack.Noise;
import dev.qualm.attack.Noises;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.engine.Precision;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every attack and every noise as a perturbation. */
class PerturbationTest {
    private static final int N = 4;
    private static final Box BOX = Box.of(0, 1);

    @SuppressWarnings("NullAway.Init") // before all tests
    private static Network network;

    @BeforeAll
    static void open() {
        network = Network.of(
                NetworkBuilder.input("x", 1, 4, 4)
                        .seed(3)
                        .conv("conv", 4, 3, 1, 1)
                        .relu("relu")
                        .flatten("flat")
                        .linear("logits", 4)
                        .build(),
                Precision.FLOAT64);
    }

    @AfterAll
    static void close() {
        network.close();
    }

    private static Stream<String> attacks() {
        return Attacks.names().stream();
    }

    private static Stream<String> noises() {
        return Noises.names().stream();
    }

    private static Array images() {
        Random random = new Random(8);
        return Array.of(
                IntStream.range(0, N * 16).mapToDouble(i -> random.nextFloat()).toArray(), N, 1, 4, 4);
    }

    private static Items items(int from, int to, int @org.jspecify.annotations.Nullable [] labels) {
        return new Items(
                images().slice(from, to),
                labels == null ? null : Arrays.copyOfRange(labels, from, to),
                IntStream.range(from, to).toArray());
    }

    private static int[] predicted() {
        Array z = network.logits(images());
        return IntStream.range(0, N)
                .map(i -> IntStream.range(0, 4)
                        .reduce((a, b) -> z.get(i * 4 + b) > z.get(i * 4 + a) ? b : a)
                        .orElseThrow())
                .toArray();
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void apply_anyAttack_movesItemsWhateverTheBatch(String name) {
        AttackPerturbation p = AttackPerturbation.of(network, Attacks.parse(name + ":0.4", BOX, 5));
        Array all = p.apply(items(0, N, null));
        assertThat(all.shape()).containsExactly(N, 1, 4, 4);
        assertThat(Arrays.stream(all.toDoubles())).allMatch(v -> v >= 0 && v <= 1);
        assertThat(all).isNotEqualTo(images());
        Array last = p.apply(items(2, N, null));
        assertThat(last.toDoubles()).containsExactly(all.slice(2, N).toDoubles(), within(1e-9));
        assertThat(p.apply(items(0, N, predicted()))).isEqualTo(all);
        assertThat(p.apply(items(1, 1, null)).dim(0)).isZero();
        assertThat(p.name()).startsWith(name + ":0.4");
        assertThat(p.cost(4, 16)).isPositive();
        assertThat(p.provenance().entries()).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("noises")
    void apply_anyNoise_staysInTheBoxWhateverTheBatch(String name) {
        NoisePerturbation p = NoisePerturbation.of(Noises.parse(name + ":0.5", BOX, 5));
        Array all = p.apply(items(0, N, null));
        assertThat(all).isNotEqualTo(images());
        assertThat(Arrays.stream(all.toDoubles())).allMatch(v -> v >= 0 && v <= 1);
        assertThat(p.apply(items(2, N, null))).isEqualTo(all.slice(2, N));
        assertThat(p.apply(items(1, 1, null)).dim(0)).isZero();
        assertThat(p.name()).isEqualTo(name + ":0.5");
        assertThat(p.cost(4, 16)).isZero();
        assertThat(p.provenance().entries()).containsEntry("strength", "0.5").containsEntry("seed", "5");
    }

    /** The loss of the true class is raised, not that of the predicted one. */
    @Test
    void apply_withLabels_attacksTheTrueClass() {
        AttackPerturbation p = AttackPerturbation.of(network, Attacks.parse("pgd:0.2", BOX, 5));
        int[] wrong = Arrays.stream(predicted()).map(c -> (c + 1) % 4).toArray();
        Array found = p.apply(items(0, N, wrong));
        assertThat(found).isNotEqualTo(p.apply(items(0, N, null)));
        assertThat(found)
                .isEqualTo(Attacks.parse("pgd:0.2", BOX, 5)
                        .attack(network, images(), wrong)
                        .inputs());
    }

    @Test
    void of_normOrNoBudget_isInTheName() {
        assertThat(List.of("fgsm:0.1", "pgd:0.5:l2", "deepfool").stream()
                        .map(t -> AttackPerturbation.of(network, Attacks.parse(t, BOX, 1))
                                .name()))
                .containsExactly("fgsm:0.1", "pgd:0.5:l2", "deepfool");
        assertThatThrownBy(() -> NoisePerturbation.of(new Noise(Noise.Kind.SALT, 2, BOX, 1)))
                .isInstanceOf(QualmException.class);
    }
}
