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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreprocessingTest {
    private static Array random(long seed, int... shape) {
        byte[] pixels = new byte[Array.size(shape)];
        new Random(seed).nextBytes(pixels);
        return Array.ofUnsigned(pixels, shape);
    }

    @Test
    void apply_scaleMeanStd_perChannelFormula() {
        Array image = random(1, 5, 4, 3);
        double[] mean = {0.485, 0.456, 0.406};
        double[] std = {0.229, 0.224, 0.225};
        Preprocessing p = Preprocessing.NONE.withScale(1 / 255.0).withMean(mean).withStd(std);
        Array first = p.apply(image, Layout.NHWC);
        Array last = p.withLayout(Layout.NHWC).apply(image, Layout.NHWC);
        assertThat(first.shape()).containsExactly(3, 5, 4);
        assertThat(last.shape()).containsExactly(5, 4, 3);
        for (int y = 0; y < 5; y++) {
            for (int x = 0; x < 4; x++) {
                for (int c = 0; c < 3; c++) {
                    double expected = (image.get((y * 4 + x) * 3 + c) / 255 - mean[c]) / std[c];
                    assertThat(first.get((c * 5 + y) * 4 + x)).isCloseTo(expected, within(1e-6));
                    assertThat(last.get((y * 4 + x) * 3 + c)).isCloseTo(expected, within(1e-6));
                }
            }
        }
    }

    @Test
    void apply_channelsFirstStored_sameAsChannelsLast() {
        Array last = random(2, 6, 7, 3);
        byte[] moved = new byte[last.size()];
        float[] movedFloats = new float[last.size()];
        for (int i = 0; i < moved.length; i++) {
            int at = i % 3 * 42 + i / 3;
            moved[at] = last.bytes()[i];
            movedFloats[at] = (float) last.get(i);
        }
        Preprocessing p = Preprocessing.NONE.withResize(4, 3).withScale(0.5);
        Array expected = p.apply(last, Layout.NHWC);
        assertThat(p.apply(Array.ofUnsigned(moved, 3, 6, 7), Layout.NCHW)).isEqualTo(expected);
        Array floats = p.apply(Array.of(movedFloats, 3, 6, 7), Layout.NCHW);
        for (int i = 0; i < floats.size(); i++) {
            // 8-bit mode rounds after each of its two passes.
            assertThat(floats.get(i)).isCloseTo(expected.get(i), within(0.51));
        }
    }

    @Test
    void apply_colours_knownNumbers() {
        Array rgb = Array.ofUnsigned(new byte[] {(byte) 255, 0, 0, 10, 20, 30}, 1, 2, 3);
        assertThat(Preprocessing.NONE
                        .withColour(Colour.GREY)
                        .apply(rgb, Layout.NHWC)
                        .floats())
                .containsExactly(76, 18);
        assertThat(Preprocessing.NONE
                        .withColour(Colour.BGR)
                        .withLayout(Layout.NHWC)
                        .apply(rgb, Layout.NHWC)
                        .floats())
                .containsExactly(0, 0, 255, 30, 20, 10);
        Array floats = rgb.asFloat32();
        float[] grey = Preprocessing.NONE
                .withColour(Colour.GREY)
                .apply(floats, Layout.NHWC)
                .floats();
        assertThat(grey[0]).isCloseTo(76.245f, within(1e-4f));
        assertThat(grey[1]).isCloseTo(18.15f, within(1e-4f));
        assertThat(Preprocessing.NONE
                        .withColour(Colour.BGR)
                        .apply(floats, Layout.NHWC)
                        .floats())
                .containsExactly(0, 30, 0, 20, 255, 10);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void apply_anyStoredChannels_becomeGreyAndRgb(int channels) {
        Array image = random(3, 4, 5, channels);
        Array grey = Preprocessing.NONE.withColour(Colour.GREY).apply(image, Layout.NHWC);
        Array rgb = Preprocessing.NONE.withColour(Colour.RGB).apply(image, Layout.NHWC);
        assertThat(grey.shape()).containsExactly(1, 4, 5);
        assertThat(rgb.shape()).containsExactly(3, 4, 5);
        for (int i = 0; i < 20; i++) {
            double r = image.get(i * channels);
            assertThat(rgb.get(i)).isEqualTo(r);
            double g = channels < 3 ? r : image.get(i * channels + 1);
            double b = channels < 3 ? r : image.get(i * channels + 2);
            assertThat(rgb.get(20 + i)).isEqualTo(g);
            assertThat(rgb.get(40 + i)).isEqualTo(b);
            assertThat(grey.get(i)).isCloseTo(0.299 * r + 0.587 * g + 0.114 * b, within(0.51));
        }
    }

    @Test
    void apply_shorterSideThenCentreCrop_torchvisionNumbers() {
        // torchvision: Resize(256) of 480 x 641 gives 256 x int(256 * 641 / 480) = 341; CenterCrop(224) starts at
        // row 16 and column round(58.5) = 58.
        Preprocessing p = Preprocessing.NONE.withShorterSide(256).withCrop(224, 224);
        Array image = random(4, 480, 641, 3);
        Array resized = Resampler.resize(image, 256, 341, Filter.BILINEAR);
        Array out = p.withLayout(Layout.NHWC).apply(image, Layout.NHWC);
        assertThat(out.shape()).containsExactly(224, 224, 3);
        for (int y = 0; y < 224; y++) {
            for (int i = 0; i < 224 * 3; i++) {
                assertThat(out.floats()[y * 672 + i]).isEqualTo((float) resized.get(((y + 16) * 341 + 58) * 3 + i));
            }
        }
    }

    @Test
    void apply_placedCrop_takesThatPart() {
        Array image = Array.ofUnsigned(new byte[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 3, 4);
        Preprocessing p = Preprocessing.NONE.withCrop(new Crop(2, 2, 1, 2));
        assertThat(p.apply(image, Layout.NHWC)).isEqualTo(Array.of(new float[] {6, 7, 10, 11}, 1, 2, 2));
    }

    @Test
    void apply_row_standardises() {
        Preprocessing p = Preprocessing.NONE.withMean(1, 2).withStd(2, 4);
        assertThat(p.apply(Array.of(new double[] {3, 10}, 2), Layout.NCHW)).isEqualTo(Array.of(new float[] {1, 2}, 2));
    }

    @Test
    void apply_doesNotFit_explains() {
        assertThatThrownBy(() -> Preprocessing.NONE.withCrop(5, 5).apply(random(1, 4, 9), Layout.NHWC))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("5 x 5")
                .hasMessageContaining("4 x 9");
        assertThatThrownBy(
                        () -> Preprocessing.NONE.withCrop(new Crop(2, 2, 3, 0)).apply(random(1, 4, 9), Layout.NHWC))
                .isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Preprocessing.NONE.withResize(2, 2).apply(Array.zeros(DType.FLOAT32, 5), Layout.NHWC))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("resize=2x2");
        assertThatThrownBy(() -> Preprocessing.NONE.withMean(1, 2, 3).apply(random(1, 4, 9), Layout.NHWC))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("1 channels");
        assertThatThrownBy(() -> Preprocessing.NONE.withColour(Colour.RGB).apply(random(1, 4, 9, 7), Layout.NHWC))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("found 7");
        assertThatThrownBy(() -> Preprocessing.NONE.apply(random(1, 2, 2, 2, 2), Layout.NHWC))
                .isInstanceOf(ShapeException.class);
    }

    @Test
    void apply_leavesTheItemAlone() {
        Array item = Array.of(new float[] {1, 2, 3, 4}, 2, 2);
        Preprocessing.NONE.withScale(2).apply(item, Layout.NCHW);
        Preprocessing.NONE.withScale(2).withResize(2, 2).withCrop(1, 1).apply(item, Layout.NCHW);
        assertThat(item.floats()).containsExactly(1, 2, 3, 4);
    }

    @Test
    void construct_illegalValues_refused() {
        assertThatThrownBy(() -> Preprocessing.NONE.withScale(0)).isInstanceOf(QualmException.class);
        assertThatThrownBy(() -> Preprocessing.NONE.withScale(Double.NaN)).isInstanceOf(QualmException.class);
        assertThatThrownBy(() -> Preprocessing.NONE.withStd(1, 0)).hasMessageContaining("greater than 0");
        assertThatThrownBy(() -> Preprocessing.NONE.withMean(Double.POSITIVE_INFINITY))
                .hasMessageContaining("finite");
        assertThatThrownBy(() -> Preprocessing.NONE.withMean(1, 2).withColour(Colour.RGB))
                .hasMessageContaining("3 channels");
        assertThatThrownBy(() -> Preprocessing.NONE.withResize(0, 3)).isInstanceOf(QualmException.class);
        assertThatThrownBy(() -> Preprocessing.NONE.withShorterSide(0)).isInstanceOf(QualmException.class);
        assertThatThrownBy(() -> new Crop(2, 2, -1, 0)).isInstanceOf(QualmException.class);
    }

    @Test
    void guess_imageShapes_fit() {
        assertThat(Preprocessing.guess(-1, 1, 28, 28)).hasToString("resize=28x28 colour=grey scale=1/255");
        assertThat(Preprocessing.guess(1, 224, 192, 3))
                .hasToString("resize=224x192 colour=rgb scale=1/255 layout=nhwc");
        assertThat(Preprocessing.guess(-1, 3, -1, -1)).hasToString("colour=rgb scale=1/255");
        assertThat(Preprocessing.guess(-1, 13)).isEqualTo(Preprocessing.NONE);
        assertThat(Preprocessing.guess(-1, 16, 8, 8)).isEqualTo(Preprocessing.NONE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "resize | 224x192", "resize | 256", "resize | none", "filter | lanczos", "crop | 3x4", "crop | 3x4+5+6",
                        "crop | none",
                "colour | bgr", "colour | stored", "scale | 1/255", "scale | 2.5e-3", "scale | -1",
                        "mean | 0.1, 1/3, .5", "mean | none",
                "std | 0.5", "layout | nhwc"
            })
    void with_text_describedTheSameWay(String key, String value) {
        Preprocessing p = Preprocessing.NONE
                .withShorterSide(7)
                .withCrop(2, 2)
                .withColour(Colour.RGB)
                .with(key, value);
        Preprocessing again = Preprocessing.NONE;
        for (var e : PreprocessingText.toMap(p).entrySet()) {
            again = again.with(e.getKey(), e.getValue());
        }
        assertThat(again).isEqualTo(p);
    }

    @Test
    void with_fraction_isThatQuotient() {
        assertThat(Preprocessing.NONE.with("scale", "1/255").scale()).isEqualTo(1.0 / 255);
        assertThat(Preprocessing.NONE.with("mean", "0.485,0.456, 0.406").mean()).containsExactly(0.485, 0.456, 0.406);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "size | 1 | expected one of resize, filter, crop, colour, scale, mean, std, layout",
                "Resize | 1 | Unknown",
                "resize | 224 x 224 | HEIGHTxWIDTH",
                "resize | -5 | HEIGHTxWIDTH",
                "resize | 99999999999x1 | HEIGHTxWIDTH",
                "resize | 0 | at least 1",
                "crop | 5 | TOP+LEFT",
                "crop | 5x5+1 | TOP+LEFT",
                "filter | BILINEAR | one of nearest, box, bilinear",
                "colour | gray | one of rgb, bgr, grey",
                "scale | 1/0 | finite",
                "scale | abc | fraction",
                "scale | 0x1p3 | fraction",
                "scale | NaN | fraction",
                "scale | 1d | fraction",
                "mean | 1,,2 | fraction",
                "mean | 1 2 | fraction",
                "std | 0 | greater than 0",
                "layout | hwc | one of nchw, nhwc",
                "scale | 1e999 | finite"
            })
    void with_malformed_explains(String key, String value, String message) {
        assertThatThrownBy(() -> Preprocessing.NONE.with(key, value))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining(message);
    }
}
