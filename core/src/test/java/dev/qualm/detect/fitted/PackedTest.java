package dev.qualm.detect.fitted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.array.DType;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class PackedTest {
    @Test
    void matrix_floatsOnly_takesHalfTheSpaceWithoutLoss() {
        Packed a = Packed.of(new double[] {0.5, -0.0, 3});
        Packed b = Packed.of(new double[] {(float) 0.1, Float.MIN_VALUE, 1e30f});
        assertThat(Packed.matrix(List.of(a, b), 3).dtype()).isEqualTo(DType.FLOAT32);
        assertThat(b.values()).containsExactly((float) 0.1, Float.MIN_VALUE, 1e30f);
        assertThat(Double.doubleToRawLongBits(a.values()[1])).isEqualTo(Double.doubleToRawLongBits(-0.0));
    }

    @Test
    void matrix_oneNumberThatIsNoFloat_keepsAllInDoubles() {
        Packed a = Packed.of(new double[] {1, 2});
        Packed b = Packed.of(new double[] {0.1, 2});
        assertThat(Packed.matrix(List.of(a, b), 2).dtype()).isEqualTo(DType.FLOAT64);
        assertThat(Packed.matrix(List.of(a, b), 2).toDoubles()).containsExactly(1, 2, 0.1, 2);
    }

    @Test
    void matrix_moreThanAnArrayHolds_saysWhatToDo() {
        List<Packed> many = Collections.nCopies(1 << 20, Packed.of(new double[] {1}));
        assertThatThrownBy(() -> Packed.matrix(many, 1 << 12))
                .isInstanceOf(DetectorException.class)
                .hasMessageContaining("1048576 items of 4096; give a smaller 'bank'");
    }
}
