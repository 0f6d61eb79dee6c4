package dev.qualm.network.operator;

import static dev.qualm.network.operator.SliceOperatorsTest.run;
import static dev.qualm.network.operator.ViewCases.longs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.array.Array;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IndexOperatorsTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void gatherNd_randomTuples_picksWhatALoopPicks(int batch) {
        SplittableRandom random = new SplittableRandom(8);
        Array x = longs(Shapes.range(24)).reshape(2, 3, 4);
        long[] tuples = new long[2 * 5 * 2];
        for (int i = 0; i < tuples.length; i++) {
            long size = x.dim(batch + i % 2);
            tuples[i] = random.nextLong(-size, size);
        }
        Array y = run(OperatorCase.of("GatherND", "random")
                        .attribute("batch_dims", (long) batch)
                        .plain(x)
                        .plain(Array.of(tuples, 2, 5, 2)))
                .get(0);
        int rest = batch == 0 ? 4 : 1;
        assertThat(y.shape()).isEqualTo(batch == 0 ? new int[] {2, 5, 4} : new int[] {2, 5});
        for (int i = 0; i < 10; i++) {
            int p = Math.floorMod((int) tuples[2 * i], x.dim(batch));
            int q = Math.floorMod((int) tuples[2 * i + 1], x.dim(batch + 1));
            for (int r = 0; r < rest; r++) {
                int expected = batch == 0 ? (p * 3 + q) * 4 + r : (i / 5 * 3 + p) * 4 + q;
                assertThat(y.longs()[i * rest + r]).isEqualTo(expected);
            }
        }
    }

    /** On [10, 20, 30]: 2, 2 and 4 meet in the last place. */
    @ParameterizedTest
    @CsvSource({"add, 38", "mul, 480", "max, 30", "min, 2"})
    void scatter_repeatedUpdates_accumulate(String reduction, long last) {
        Array tuples = Array.of(new long[] {-1, 2, 2}, 3, 1);
        assertThat(run(scatter("ScatterND", reduction, tuples))).containsExactly(longs(10, 20, last));
        assertThat(run(scatter("ScatterElements", reduction, longs(2, -1, 2)))).containsExactly(longs(10, 20, last));
    }

    private static OperatorCase scatter(String type, String reduction, Array indices) {
        return OperatorCase.of(type, reduction)
                .opset(18)
                .attribute("reduction", reduction)
                .plain(longs(10, 20, 30))
                .plain(indices)
                .plain(longs(2, 2, 4));
    }

    @Test
    void topK_equalElements_lowerIndexFirst() {
        double[] values = new double[200];
        Arrays.setAll(values, i -> i % 2);
        Array order = run(OperatorCase.of("TopK", "ties")
                        .outputs(2)
                        .plain(Array.of(values, 200))
                        .constant(longs(150)))
                .get(1);
        for (int i = 0; i < 150; i++) {
            assertThat(order.longs()[i]).isEqualTo(i < 100 ? 2 * i + 1 : 2 * (i - 100));
        }
    }

    @ParameterizedTest
    @CsvSource({"ArgMax, 0, 1", "ArgMax, 1, 3", "ArgMin, 0, 0", "ArgMin, 1, 2"})
    void arg_equalElements_firstOrLast(String type, long last, long expected) {
        Array y = run(OperatorCase.of(type, "ties")
                        .attribute("select_last_index", last)
                        .plain(longs(1, 5, 1, 5)))
                .get(0);
        assertThat(y).isEqualTo(longs(expected));
    }

    @ParameterizedTest
    @CsvSource({"9, 0 0 0", "11, 0 0 7"})
    void oneHot_negativeIndex_countsFromTheEndSinceOpset11(int opset, String expected) {
        long[] row =
                Arrays.stream(expected.split(" ")).mapToLong(Long::parseLong).toArray();
        Array y = run(OperatorCase.of("OneHot", "negative")
                        .opset(opset)
                        .plain(longs(-1))
                        .plain(longs(3))
                        .plain(longs(0, 7)))
                .get(0);
        assertThat(y).isEqualTo(Array.of(row, 1, 3));
    }

    @Test
    void unique_rowsWithSignedZeros_listsFirstInverseAndCounts() {
        Array x = Array.of(new double[] {1, 0, 0, 5, 1, -0.0}, 3, 2);
        assertThat(run(OperatorCase.of("Unique", "rows")
                        .outputs(4)
                        .attribute("axis", 0L)
                        .plain(x)))
                .containsExactly(Array.of(new double[] {0, 5, 1, 0}, 2, 2), longs(1, 0), longs(1, 0, 1), longs(1, 2));
        assertThat(run(OperatorCase.of("Unique", "unsorted")
                        .outputs(4)
                        .attribute("sorted", 0L)
                        .plain(longs(9, 2, 9))))
                .containsExactly(longs(9, 2), longs(0, 1), longs(0, 1, 0), longs(2, 1));
    }

    @Test
    void nonZero_scalar_hasNoRows() {
        assertThat(run(OperatorCase.of("NonZero", "scalar").plain(Array.of(new long[] {3})))
                        .get(0)
                        .shape())
                .containsExactly(0, 1);
    }

    @Test
    void reverseSequence_padded_keepsThePadding() {
        Array x = Array.of(new int[] {1, 2, 3, 4, 5, 6}, 2, 3);
        Array y = run(OperatorCase.of("ReverseSequence", "rows")
                        .attribute("batch_axis", 0L)
                        .attribute("time_axis", 1L)
                        .plain(x)
                        .plain(longs(2, 3)))
                .get(0);
        assertThat(y).isEqualTo(Array.of(new int[] {2, 1, 3, 6, 5, 4}, 2, 3));
    }
}
