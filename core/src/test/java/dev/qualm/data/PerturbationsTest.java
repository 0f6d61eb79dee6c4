package dev.qualm.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.QualmException;
import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PerturbationsTest {
    private static Array random(int... shape) {
        Random random = new Random(1);
        float[] v = new float[Array.size(shape)];
        for (int i = 0; i < v.length; i++) {
            v[i] = random.nextFloat();
        }
        return Array.of(v, shape);
    }

    @Test
    void rotate_quarterTurn_exactAndCounterClockwise() {
        Array image = Array.of(new float[] {1, 2, 3, 4}, 2, 2);
        assertThat(Perturbations.rotate(image, Layout.NCHW, 90, 9).floats()).containsExactly(2, 4, 1, 3);
        assertThat(Perturbations.rotate(image, Layout.NCHW, -90, 9).floats()).containsExactly(3, 1, 4, 2);
        assertThat(Perturbations.rotate(image, Layout.NCHW, 180, 9).floats()).containsExactly(4, 3, 2, 1);
        Array batch = random(2, 3, 5, 5);
        assertThat(Perturbations.rotate(batch, Layout.NCHW, 360, 9)).isEqualTo(batch);
        assertThat(Perturbations.rotate(batch, Layout.NCHW, 0, 9)).isEqualTo(batch);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 17, 45, 90, 133.3, -60, 270, 725})
    void rotate_ramp_followsTheGeometry(double degrees) {
        int n = 15;
        float[] v = new float[n * n];
        for (int i = 0; i < v.length; i++) {
            v[i] = 3 * (i % n) - 2 * (i / n) + 1;
        }
        double t = Math.toRadians(degrees);
        float[] out = Perturbations.rotate(Array.of(v, n, n), Layout.NCHW, degrees, -1000)
                .floats();
        for (int y = 0; y < n; y++) {
            for (int x = 0; x < n; x++) {
                double right = x - 7;
                double up = 7 - y;
                if (Math.hypot(right, up) <= 7) {
                    double fromRight = Math.cos(t) * right + Math.sin(t) * up;
                    double fromUp = -Math.sin(t) * right + Math.cos(t) * up;
                    assertThat((double) out[y * n + x])
                            .isCloseTo(3 * (7 + fromRight) - 2 * (7 - fromUp) + 1, within(1e-4));
                }
            }
        }
    }

    @Test
    void rotate_corners_filled() {
        Array out = Perturbations.rotate(random(1, 9, 9), Layout.NCHW, 45, -5);
        assertThat(out.get(0)).isEqualTo(-5);
        assertThat(out.get(80)).isEqualTo(-5);
    }

    @Test
    void rotate_layouts_agree() {
        Array first = random(2, 3, 4, 6);
        float[] moved = new float[first.size()];
        for (int i = 0; i < moved.length; i++) {
            int c = i / 24 % 3;
            moved[(i / 72 * 24 + i % 24) * 3 + c] = first.floats()[i];
        }
        float[] a = Perturbations.rotate(first, Layout.NCHW, 33, 0.5).floats();
        float[] b = Perturbations.rotate(Array.of(moved, 2, 4, 6, 3), Layout.NHWC, 33, 0.5)
                .floats();
        for (int i = 0; i < a.length; i++) {
            assertThat(b[(i / 72 * 24 + i % 24) * 3 + i / 24 % 3]).isEqualTo(a[i]);
        }
    }

    @Test
    void rotate_bytes_stayBytes() {
        Array image = Array.ofUnsigned(new byte[] {(byte) 200, (byte) 200, (byte) 200, (byte) 200}, 2, 2);
        Array out = Perturbations.rotate(image, Layout.NCHW, 90, 0);
        assertThat(out).isEqualTo(image);
    }

    @Test
    void gaussianNoise_seeded_hasItsMoments() {
        Array zero = Array.zeros(DType.FLOAT32, 100, 10, 10);
        Array noise = Perturbations.gaussianNoise(zero, 0.3, 5);
        assertThat(noise).isEqualTo(Perturbations.gaussianNoise(zero, 0.3, 5));
        assertThat(noise).isNotEqualTo(Perturbations.gaussianNoise(zero, 0.3, 6));
        double sum = 0;
        double squares = 0;
        for (float v : noise.floats()) {
            sum += v;
            squares += v * v;
        }
        assertThat(sum / noise.size()).isCloseTo(0, within(0.015));
        assertThat(Math.sqrt(squares / noise.size())).isCloseTo(0.3, within(0.01));
        assertThat(zero).isEqualTo(Array.zeros(DType.FLOAT32, 100, 10, 10));
        assertThat(Perturbations.gaussianNoise(noise, 0, 1)).isEqualTo(noise);
    }

    @Test
    void uniformNoise_seeded_fillsItsRange() {
        Array noise = Perturbations.uniformNoise(-1, 3, 5, 10, 1, 20, 20);
        assertThat(noise.shape()).containsExactly(10, 1, 20, 20);
        assertThat(noise).isEqualTo(Perturbations.uniformNoise(-1, 3, 5, 10, 1, 20, 20));
        double sum = 0;
        for (float v : noise.floats()) {
            assertThat(v).isBetween(-1f, 3f);
            sum += v;
        }
        assertThat(sum / noise.size()).isCloseTo(1, within(0.1));
    }

    @Test
    void dataset_noisyItem_sameInEveryView() {
        Dataset data = Perturbations.gaussianNoise(Dataset.of(random(6, 4, 4), Layout.NCHW, null), 1, 3);
        Array all = data.all();
        assertThat(data.select(4, 2).all()).isEqualTo(all.select(4, 2));
        assertThat(all.slice(0, 1)).isNotEqualTo(all.slice(1, 2));
        Dataset turned = Perturbations.rotate(data, 90, 0);
        assertThat(turned.batch(2, 3)).isEqualTo(Perturbations.rotate(all.slice(2, 3), Layout.NCHW, 90, 0));
        assertThat(turned.toString()).contains("rotated by 90.0 degrees");
    }

    @Test
    void misuse_explains() {
        Array image = random(3, 3);
        assertThatThrownBy(() -> Perturbations.rotate(random(3), Layout.NCHW, 1, 0))
                .isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Perturbations.rotate(image, Layout.NCHW, Double.NaN, 0))
                .isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Perturbations.gaussianNoise(image, -1, 0)).isInstanceOf(QualmException.class);
        assertThatThrownBy(() -> Perturbations.uniformNoise(1, 1, 0, 2)).isInstanceOf(QualmException.class);
        assertThatThrownBy(() -> Perturbations.uniformNoise(0, Double.POSITIVE_INFINITY, 0, 2))
                .isInstanceOf(QualmException.class);
    }
}
