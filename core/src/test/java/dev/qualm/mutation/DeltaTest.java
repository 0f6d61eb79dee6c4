package dev.qualm.mutation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeltaTest {
    private static final Array FROM = Array.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);

    @Test
    void between_applyTo_givesTheOther() {
        Array to = Array.of(new float[] {1, 2.5f, 3, 4, 5, -6}, 2, 3);
        Delta delta = Delta.between("w", FROM, to);
        assertThat(delta).isNotNull();
        assertThat(delta.positions()).containsExactly(1, 5);
        assertThat(delta.applyTo(FROM)).isEqualTo(to);
        assertThat(FROM.floats()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(Delta.between("w", FROM, Array.of(FROM.floats().clone(), 2, 3)))
                .isNull();
    }

    @Test
    void applyTo_float64_keepsDigits() {
        Array wide = FROM.asFloat64();
        Delta delta = new Delta("w", new int[] {2}, Array.of(new double[] {Math.PI}, 1));
        assertThat(delta.applyTo(wide).doubles()).containsExactly(1, 2, Math.PI, 4, 5, 6);
    }

    @Test
    void new_callersArraysChangeLater_stays() {
        int[] positions = {0, 3};
        float[] values = {7, 8};
        Delta delta = new Delta("w", positions, Array.of(values, 2));
        positions[0] = 5;
        values[0] = 9;
        delta.positions()[1] = 1;
        delta.values().floats()[1] = 0;
        assertThat(delta.applyTo(FROM).floats()).containsExactly(7, 2, 3, 8, 5, 6);
    }

    @Test
    void new_badPositionsOrValues_refused() {
        Array two = Array.of(new float[2], 2);
        assertThatThrownBy(() -> new Delta("w", new int[] {1, 1}, two)).hasMessageContaining("ascending");
        assertThatThrownBy(() -> new Delta("w", new int[] {-1, 1}, two)).hasMessageContaining("ascending");
        assertThatThrownBy(() -> new Delta("w", new int[] {1}, two)).hasMessageContaining("1 positions");
        assertThatThrownBy(() -> new Delta("w", new int[] {0, 1}, Array.of(new long[2], 2)))
                .isInstanceOf(MutationException.class);
    }

    @Test
    void applyTo_otherWeight_refused() {
        Delta delta = new Delta("w", new int[] {6}, Array.of(new float[] {1}, 1));
        assertThatThrownBy(() -> delta.applyTo(FROM)).hasMessageContaining("another network");
        assertThatThrownBy(() -> delta.applyTo(Array.of(new double[9], 9))).hasMessageContaining("another network");
    }

    @Test
    void view_weightThatIsNotThere_refusedAndNetworkUnharmed() {
        Delta delta = new Delta("none", new int[] {0}, Array.of(new float[] {1}, 1));
        try (Network network = Network.of(MutationNetworks.mixed(3), Precision.FLOAT64)) {
            Array x = MutationNetworks.images(2, 1);
            Array before = network.logits(x);
            assertThatThrownBy(() -> network.with(new Mutant("op", 0, List.of(delta)).view()))
                    .isInstanceOf(MutationException.class)
                    .hasMessageContaining("'none'");
            assertThat(network.logits(x)).isEqualTo(before);
        }
        assertThatThrownBy(() -> new Mutant("op", 0, List.of(delta, delta))).hasMessageContaining("two for 'none'");
    }
}
