package dev.qualm.network.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.ElementType;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CastOperatorsTest {
    @Test
    void cast_toFloat16_picksTheNearestOfAllHalves() {
        SplittableRandom random = new SplittableRandom(6);
        float[] x = new float[300];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (random.nextDouble(-1, 1) * Math.pow(10, random.nextInt(-9, 5)));
        }
        float[] y = cast(Array.of(x, x.length), ElementType.FLOAT16, Precision.FLOAT32)
                .floats();
        for (int i = 0; i < x.length; i++) {
            assertThat(y[i]).as("half of %s", x[i]).isEqualTo(nearestHalf(x[i]));
        }
    }

    @Test
    void cast_toFloat16_tiesGoToEvenAndTooLargeToInfinity() {
        float[] x = {2049, 2051, 65519, 65520, Float.NEGATIVE_INFINITY, Float.NaN};
        float[] y = {2048, 2052, 65504, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN};
        assertThat(cast(Array.of(x, 6), ElementType.FLOAT16, Precision.FLOAT32).floats())
                .containsExactly(y);
    }

    /** Tries all finite halves; the sums of powers of two are exact in double. */
    private static float nearestHalf(float x) {
        double best = 0;
        for (int e = 1; e < 31; e++) {
            for (int m = e == 1 ? -1024 : 0; m < 1024; m++) {
                double half = (1024 + m) * Math.pow(2, e - 25);
                if (Math.abs(half - Math.abs(x)) < Math.abs(best - Math.abs(x))) {
                    best = half;
                }
            }
        }
        return (float) Math.copySign(best, x);
    }

    @Test
    void cast_toBfloat16_keepsEightBitsRoundedToEven() {
        float[] x = {1 + 1f / 256, 1 + 3f / 256, 1 + 1f / 256 + 1f / 4096, -3.14159f};
        assertThat(cast(Array.of(x, 4), ElementType.BFLOAT16, Precision.FLOAT32).floats())
                .containsExactly(1, 1 + 4f / 256, 1 + 2f / 256, -3.140625f);
    }

    @Test
    void cast_toFloat16InFloat64_doesNotRound() {
        Array x = Array.of(new double[] {0.1}, 1);
        assertThat(cast(x, ElementType.FLOAT16, Precision.FLOAT64)).isEqualTo(x);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT16", "BFLOAT16"})
    void cast_toSixteenBits_hasTheGradientOfTheIdentity(ElementType to) {
        try (NativeScope scope = NativeScope.recording()) {
            Tensor x = Tensors.of(Array.of(new float[] {0.1f, -70000, Float.POSITIVE_INFINITY}, 3), Precision.FLOAT32);
            x.set_requires_grad(true);
            Kernel kernel = of(to).plain(null).kernel(false, Precision.FLOAT32);
            Tensor y = kernel.run(new Inputs(x))[0];
            Tensor weight = Tensors.of(Array.of(new float[] {3, 5, 7}, 3), Precision.FLOAT32);
            TensorVector g = torch.grad(new TensorVector(y.mul(weight).sum()), new TensorVector(x));
            // Past infinity no change of the input changes anything.
            assertThat(Tensors.toArray(new Tensor(g.get(0))).floats()).containsExactly(3, 5, 0);
            try (NativeScope values = NativeScope.values()) {
                assertThat(Tensors.toArray(y)).isEqualTo(Tensors.toArray(kernel.run(new Inputs(x.detach()))[0]));
            }
        }
    }

    @Test
    void cast_toUnsignedTypes_wrapsAround() {
        assertThat(cast(Array.of(new int[] {-1, 65537}, 2), ElementType.UINT16, Precision.FLOAT32))
                .isEqualTo(Array.of(new int[] {65535, 1}, 2));
        assertThat(cast(Array.of(new long[] {-1, 1L << 33}, 2), ElementType.UINT32, Precision.FLOAT32))
                .isEqualTo(Array.of(new long[] {0xffffffffL, 0}, 2));
    }

    @Test
    void cast_floatsToIntegersAndBooleans_truncates() {
        Array x = Array.of(new float[] {-1.9f, 0, 2.9f}, 3);
        assertThat(cast(x, ElementType.INT8, Precision.FLOAT32)).isEqualTo(Array.of(new byte[] {-1, 0, 2}, 3));
        assertThat(cast(x, ElementType.BOOL, Precision.FLOAT32))
                .isEqualTo(Array.of(new boolean[] {true, false, true}, 3));
    }

    @ParameterizedTest
    @EnumSource(names = {"STRING", "COMPLEX64", "UNDEFINED"})
    void cast_toATypeWithoutArrays_isRefused(ElementType to) {
        assertThatThrownBy(() -> of(to).plain(null).kernel(false))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(to.name());
    }

    private static OperatorCase of(ElementType to) {
        return OperatorCase.of("Cast", "to " + to).attribute("to", (long) to.code());
    }

    private static Array cast(Array x, ElementType to, Precision precision) {
        OperatorCase c = of(to).plain(x);
        return new OperatorRun(c).outputs(c.kernel(false, precision), precision).get(0);
    }
}
