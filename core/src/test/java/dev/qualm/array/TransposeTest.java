package dev.qualm.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.ShapeException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TransposeTest {
    @Test
    void transpose_matrix_swapsRowsAndColumns() {
        Array matrix = Array.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);

        assertThat(matrix.transpose(1, 0)).isEqualTo(Array.of(new float[] {1, 4, 2, 5, 3, 6}, 3, 2));
    }

    @Test
    void transpose_randomAxes_placesEveryElementByItsIndices() {
        Random random = new Random(1);
        for (int round = 0; round < 200; round++) {
            for (DType dtype : DType.values()) {
                int[] shape = RandomArrays.shape(random);
                Array array = RandomArrays.array(random, dtype, shape);
                int[] axes = permutation(random, shape.length);

                assertThat(array.transpose(axes)).isEqualTo(oracle(array, axes));
            }
        }
    }

    @Test
    void transpose_scalar_isItself() {
        assertThat(Array.of(new long[] {7}).transpose()).isEqualTo(Array.of(new long[] {7}));
    }

    @Test
    void transpose_notAPermutation_isRefused() {
        Array matrix = Array.of(new float[6], 2, 3);

        for (int[] axes : List.of(new int[] {0}, new int[] {0, 0}, new int[] {1, 2}, new int[] {-1, 0})) {
            assertThatThrownBy(() -> matrix.transpose(axes))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("each axis of FLOAT32[2, 3] once");
        }
    }

    private static int[] permutation(Random random, int rank) {
        List<Integer> axes = new ArrayList<>();
        for (int i = 0; i < rank; i++) {
            axes.add(i);
        }
        Collections.shuffle(axes, random);
        return axes.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Unravels the index of every element and ravels it again in the new order. */
    private static Array oracle(Array array, int... axes) {
        int rank = axes.length;
        int[] shape = new int[rank];
        for (int i = 0; i < rank; i++) {
            shape[i] = array.dim(axes[i]);
        }
        Array out = Array.zeros(array.dtype(), shape);
        for (int flat = 0; flat < array.size(); flat++) {
            int[] index = new int[rank];
            int rest = flat;
            for (int i = rank - 1; i >= 0; i--) {
                index[i] = rest % array.dim(i);
                rest /= array.dim(i);
            }
            int to = 0;
            for (int i = 0; i < rank; i++) {
                to = to * shape[i] + index[axes[i]];
            }
            System.arraycopy(array.data(), flat, out.data(), to, 1);
        }
        return out;
    }
}
