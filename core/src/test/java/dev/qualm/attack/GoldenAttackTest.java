package dev.qualm.attack;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.testkit.Close;
import dev.qualm.testkit.Golden;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Attacks against what Captum, Foolbox and ART make of the same inputs. */
class GoldenAttackTest {
    private static final Box PIXELS = Box.of(0, 1);

    private interface Attack {
        Adversarial run(Network network, Map<String, Array> golden, Array x, int[] labels);
    }

    private record Case(String folder, String name, Attack attack) {
        @Override
        public String toString() {
            return folder + " " + name;
        }
    }

    static Stream<Case> cases() {
        Pgd linf = Pgd.linf(0.1, 0.025, 10, PIXELS).withKeep(Pgd.Keep.LAST);
        Pgd l2 = Pgd.l2(1, 0.25, 10, PIXELS).withKeep(Pgd.Keep.LAST);
        Pgd fgm = Pgd.l2(1, 1, 1, PIXELS).withKeep(Pgd.Keep.LAST);
        Pgd fgsm = Pgd.linf(0.03, 0.03, 1, PIXELS).withKeep(Pgd.Keep.LAST);
        Pgd two = Pgd.linf(0.1, 0.025, 2, PIXELS).withKeep(Pgd.Keep.LAST);
        Attack deepFool = (n, g, x, y) -> DeepFool.of(PIXELS).attack(n, x, y);
        return Stream.of(
                new Case("d1", "foolbox_fgsm_linf_eps0.03", (n, g, x, y) -> fgsm.attack(n, x, y)),
                new Case("d1", "foolbox_fgm_l2_eps1", (n, g, x, y) -> fgm.attack(n, x, y)),
                new Case("d1", "foolbox_bim_linf_eps0.1_step0.025_it10", (n, g, x, y) -> linf.attack(n, x, y)),
                new Case("d2", "foolbox_bim_linf_eps0.1_step0.025_it2", (n, g, x, y) -> two.attack(n, x, y)),
                new Case("d1", "foolbox_pgd_l2_eps1_step0.25_it10", (n, g, x, y) -> l2.attack(n, x, y)),
                new Case("d2", "foolbox_pgd_l2_eps1_step0.25_it10", (n, g, x, y) -> l2.attack(n, x, y)),
                new Case(
                        "d1",
                        "foolbox_pgd_linf_eps0.1_step0.025_it10_start",
                        (n, g, x, y) -> linf.attackFrom(n, x, get(g, "start_linf"), y)),
                new Case(
                        "d1",
                        "foolbox_pgd_l2_eps1_step0.25_it10_start",
                        (n, g, x, y) -> l2.attackFrom(n, x, get(g, "start_l2"), y)),
                new Case(
                        "d1",
                        "foolbox_pgd_linf_eps0.1_step0.025_it10_targeted",
                        (n, g, x, y) -> linf.attackToward(n, x, ints(get(g, "target")))),
                new Case(
                        "d1",
                        "art_pgd_l2_eps1_step0.25_it10",
                        (n, g, x, y) ->
                                l2.withProjection(Pgd.Projection.BOX_THEN_BALL).attack(n, x, y)),
                new Case("d1", "foolbox_deepfool_l2_it50_over0.02", deepFool),
                new Case("d2", "foolbox_deepfool_l2_it50_over0.02", deepFool));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void attack_goldenCase_equals(Case c) {
        Map<String, Array> golden = Golden.arrays(c.folder() + "/attacks.npz");
        Array x = images(get(golden, "x"));
        int[] labels = ints(get(golden, "label"));
        Adversarial found;
        try (Network network = Golden.network(c.folder(), Precision.FLOAT64)) {
            found = c.attack().run(network, golden, x, labels);
        }
        Array expected = get(golden, "adv_" + c.name());
        Array spread = get(golden, "f64diff_" + c.name());
        Array success = get(golden, "success_" + c.name());
        Array norms = get(golden, "norms_" + c.name());
        int width = x.size() / labels.length;
        int compared = 0;
        for (int i = 0; i < labels.length; i++) {
            assertThat(found.predicted()[i] != labels[i]).as("input %d", i).isEqualTo(success.get(i) == 1);
            // The reference's own float32 and float64 runs part ways on the others.
            if (spread.get(i) < 1e-4) {
                compared++;
                for (int j = i * width; j < (i + 1) * width; j++) {
                    assertThat(found.inputs().get(j))
                            .as("input %d, entry %d", i, j)
                            .isCloseTo(expected.get(j), within(5e-5));
                }
                assertThat(found.norms().get(i).linf()).isCloseTo(norms.get(i * 4), within(1e-4));
                assertThat(found.norms().get(i).l2()).isCloseTo(norms.get(i * 4 + 1), within(1e-4));
                assertThat(found.norms().get(i).l1()).isCloseTo(norms.get(i * 4 + 2), within(1e-2));
            }
        }
        assertThat(compared).isGreaterThanOrEqualTo(labels.length - 2);
    }

    @Test
    void attack_captumInFloat64_equals() {
        Map<String, Array> io = Golden.arrays("n1-fmnist-cnn/io.npz");
        Map<String, Array> golden = Golden.arrays("n1-fmnist-cnn/captum_robust.npz");
        Array x = get(io, "input").asFloat64();
        int[] labels = ints(get(io, "label"));
        Box box = Box.of(get(io, "low").toDoubles(), get(io, "high").toDoubles());
        Pgd linf = Pgd.linf(0.1 / 0.353, 0.02 / 0.353, 7, box)
                .withKeep(Pgd.Keep.LAST)
                .withZeroBelow(1e-6);
        Pgd l2 = Pgd.l2(2, 0.05, 7, box)
                .withDirection(Pgd.Direction.SIGN)
                .withKeep(Pgd.Keep.LAST)
                .withZeroBelow(1e-6);
        Pgd fgsm = Pgd.linf(0.1 / 0.353, 0.1 / 0.353, 1, box)
                .withKeep(Pgd.Keep.LAST)
                .withZeroBelow(1e-6);
        try (Network network = Golden.network("n1-fmnist-cnn", Precision.FLOAT64)) {
            check(get(golden, "fgsm.f64"), fgsm.attack(network, x, labels));
            check(get(golden, "pgd7.Linf.f64"), linf.attack(network, x, labels));
            check(get(golden, "pgd7.L2.f64"), l2.attack(network, x, labels));
        }
    }

    /* Captum scales to the ball with 1e-7 in the divisor. */
    private static void check(Array expected, Adversarial found) {
        assertThat(Close.relative(expected, found.inputs())).isLessThan(1e-7);
    }

    private static Array images(Array bytes) {
        float[] out = new float[bytes.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) bytes.get(i) / 255f;
        }
        return Array.of(out, bytes.shape());
    }

    private static int[] ints(Array a) {
        return Arrays.stream(a.toLongs()).mapToInt(Math::toIntExact).toArray();
    }

    private static Array get(Map<String, Array> arrays, String key) {
        return requireNonNull(arrays.get(key), key);
    }
}
