package dev.qualm.sustainability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import java.util.Arrays;
import java.util.Random;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sums against loops, for rows that fill a block together, alone, or not at all. */
class TapReductionTest {
    @ParameterizedTest
    @CsvSource({
        "1, 1, 3",
        "3, 4, 7",
        "2, 5, 70000",
        "3, 3, 50000",
        "7, 2, 20000",
        "40, 3, 5000",
        "1, 2, 300000",
        "2, 2, 0",
        "9, 1, 16384"
    })
    void sums_anyShape_equalLoops(int n, int perturbations, int width) {
        Random random = new Random(1);
        double[] a = random.doubles((long) n * width, -1, 1).toArray();
        double[] b = random.doubles((long) perturbations * n * width, -1, 1).toArray();
        for (int j = 0; j < width; j++) {
            b[j] = a[j]; // an item that was not moved
        }
        for (Precision precision : Precision.values()) {
            double digits = precision == Precision.FLOAT64 ? 1e-12 : 2e-6;
            try (NativeScope scope = NativeScope.values();
                    TapReduction reduction = new TapReduction()) {
                Tensor clean = Tensors.of(Array.of(a, n, width), precision);
                Tensor moved = Tensors.of(Array.of(b, perturbations * n, width), precision);
                close(reduction.squares(clean), a, new double[a.length], n, digits);
                close(reduction.differences(clean, moved), b, repeated(a, perturbations), perturbations * n, digits);
                double[] largest = reduction.largest(clean, moved);
                double[] all = repeated(a, perturbations);
                for (int i = 0; i < largest.length; i++) {
                    double most = 0;
                    for (int j = i * width; j < (i + 1) * width; j++) {
                        most = Math.max(most, Math.abs(all[j] - b[j]));
                    }
                    assertThat(largest[i]).isCloseTo(most, within(1e-6));
                }
            }
        }
    }

    private static double[] repeated(double[] a, int times) {
        double[] out = new double[a.length * times];
        Arrays.setAll(out, i -> a[i % a.length]);
        return out;
    }

    private static void close(double[] found, double[] x, double[] y, int rows, double digits) {
        assertThat(found).hasSize(rows);
        int width = x.length / rows;
        for (int i = 0; i < rows; i++) {
            double sum = 0;
            for (int j = i * width; j < (i + 1) * width; j++) {
                sum += (x[j] - y[j]) * (x[j] - y[j]);
            }
            assertThat(found[i]).isCloseTo(sum, within(digits * sum));
        }
    }

    /** Squares of such numbers vanish or overflow in float32. */
    @ParameterizedTest
    @CsvSource({"1e-30", "1e25"})
    void sums_extremeFloats_keepTheirDigits(double size) {
        try (NativeScope scope = NativeScope.values();
                TapReduction reduction = new TapReduction()) {
            double[] a = {size, -size, 1, 1};
            Tensor rows = Tensors.of(Array.of(a, 2, 2), Precision.FLOAT32);
            assertThat(reduction.squares(rows)[0]).isCloseTo(2 * size * size, within(1e-6 * size * size));
            assertThat(reduction.squares(rows)[1]).isEqualTo(2);
            Tensor twice = Tensors.of(Array.of(new double[] {2 * size, -2 * size, 1, 1}, 2, 2), Precision.FLOAT32);
            assertThat(reduction.differences(rows, twice)[0]).isCloseTo(2 * size * size, within(1e-6 * size * size));
            assertThat(reduction.differences(rows, twice)[1]).isZero();
        }
    }
}
