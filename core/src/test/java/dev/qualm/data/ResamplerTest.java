package dev.qualm.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ResamplerTest {
    record Case(String mode, Filter filter, int height, int width, Array input, Array output) {
        @Override
        public String toString() {
            return mode + " " + filter + " " + input + " to " + height + " x " + width;
        }
    }

    static List<Case> pillow() throws IOException {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Objects.requireNonNull(
                        ResamplerTest.class.getResourceAsStream("/golden/resample/cases.txt.gz"))),
                StandardCharsets.US_ASCII))) {
            return in.lines().map(ResamplerTest::parse).toList();
        }
    }

    private static Case parse(String line) {
        String[] f = line.split(" ");
        int[] n = new int[5];
        for (int i = 0; i < 5; i++) {
            n[i] = Integer.parseInt(f[i + 2]);
        }
        return new Case(
                f[0],
                Filter.valueOf(f[1]),
                n[3],
                n[4],
                array(f[0], f[7], n[0], n[1], n[2]),
                array(f[0], f[8], n[3], n[4], n[2]));
    }

    private static Array array(String mode, String base64, int h, int w, int c) {
        byte[] bytes = Base64.getDecoder().decode(base64);
        int[] shape = c == 1 ? new int[] {h, w} : new int[] {h, w, c};
        if (!mode.equals("F")) {
            return Array.ofUnsigned(bytes, shape);
        }
        float[] values = new float[bytes.length / 4];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return Array.of(values, shape);
    }

    @ParameterizedTest
    @MethodSource("pillow")
    void resize_pillowCase_sameNumbers(Case c) {
        Array out = Resampler.resize(c.input, c.height, c.width, c.filter);
        if (c.mode.equals("F")) {
            assertThat(out.dtype()).isEqualTo(DType.FLOAT32);
            assertThat(out.shape()).isEqualTo(c.output.shape());
            for (int i = 0; i < out.size(); i++) {
                assertThat(out.get(i)).isCloseTo(c.output.get(i), within(1e-6 * (1 + Math.abs(c.output.get(i)))));
            }
        } else {
            assertThat(out).isEqualTo(c.output);
        }
    }

    @ParameterizedTest
    @EnumSource(Filter.class)
    void resize_constantImage_staysConstant(Filter filter) {
        Random random = new Random(5);
        for (int trial = 0; trial < 50; trial++) {
            byte[] pixels = new byte[(1 + random.nextInt(20)) * 6];
            Arrays.fill(pixels, (byte) 201);
            Array image = Array.ofUnsigned(pixels, pixels.length / 6, 2, 3);
            Array out = Resampler.resize(image, 1 + random.nextInt(30), 1 + random.nextInt(30), filter);
            for (int i = 0; i < out.size(); i++) {
                assertThat(out.get(i)).isEqualTo(201);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Filter.class)
    void resize_sameSize_copies(Filter filter) {
        Array image = Array.ofUnsigned(new byte[] {1, 2, 3, (byte) 250}, 2, 2);
        Array out = Resampler.resize(image, 2, 2, filter);
        assertThat(out).isEqualTo(image);
        assertThat(out.bytes()).isNotSameAs(image.bytes());
    }

    @Test
    void resize_bilinearFloat_followsTheFormula() {
        Random random = new Random(11);
        for (int trial = 0; trial < 200; trial++) {
            int in = 1 + random.nextInt(40);
            int out = 1 + random.nextInt(40);
            float[] values = new float[in];
            for (int i = 0; i < in; i++) {
                values[i] = random.nextFloat();
            }
            float[] got = Resampler.resize(Array.of(values, in, 1), out, 1, Filter.BILINEAR)
                    .floats();
            double scale = (double) in / out;
            double width = Math.max(scale, 1);
            for (int i = 0; i < out; i++) {
                double sum = 0;
                double weights = 0;
                for (int k = 0; k < in; k++) {
                    double w = Math.max(0, 1 - Math.abs((k + 0.5 - (i + 0.5) * scale) / width));
                    sum += w * values[k];
                    weights += w;
                }
                assertThat((double) got[i]).isCloseTo(sum / weights, within(1e-6));
            }
        }
    }

    @Test
    void resize_badArguments_explains() {
        Array image = Array.zeros(DType.UINT8, 4, 4, 3);
        assertThatThrownBy(() -> Resampler.resize(image, 0, 4, Filter.BILINEAR))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("UINT8[4, 4, 3] to 0 x 4");
        assertThatThrownBy(() -> Resampler.resize(Array.zeros(DType.UINT8, 4), 1, 1, Filter.BOX))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[h, w]");
        assertThatThrownBy(() -> Resampler.resize(Array.zeros(DType.UINT8, 0, 3), 1, 1, Filter.BOX))
                .isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Resampler.resize(image, 1 << 20, 1 << 20, Filter.BOX))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("2^31");
    }
}
