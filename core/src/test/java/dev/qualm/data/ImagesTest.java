package dev.qualm.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.QualmException;
import dev.qualm.ShapeException;
import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImagesTest {
    private static final String FOLDER = "/golden/images/";

    @TempDir
    Path folder;

    record Golden(String name, Array pixels) {
        @Override
        public String toString() {
            return name;
        }
    }

    static byte[] resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(ImagesTest.class.getResourceAsStream(FOLDER + name))) {
            return in.readAllBytes();
        }
    }

    static List<Golden> golden() throws IOException {
        return new String(resource("expected.txt"), StandardCharsets.US_ASCII)
                .lines()
                .map(ImagesTest::parse)
                .toList();
    }

    private static Golden parse(String line) {
        String[] f = line.split(" ");
        byte[] pixels = Base64.getDecoder().decode(f[4]);
        return new Golden(
                f[0],
                Array.ofUnsigned(pixels, Integer.parseInt(f[2]), Integer.parseInt(f[3]), f[1].equals("L") ? 1 : 3));
    }

    @ParameterizedTest
    @MethodSource("golden")
    void decode_goldenFile_pillowPixels(Golden g) throws IOException {
        Array out = Images.decode(resource(g.name), g.name, ImageOptions.DEFAULT);
        assertThat(out.shape()).isEqualTo(g.pixels.shape());
        // Lossless kinds must be exact; JPEG decoders may differ by their rounding.
        int tolerance = g.name.endsWith(".jpg") ? 2 : g.name.equals("lossy.webp") ? 8 : 0;
        int worst = 0;
        for (int i = 0; i < out.size(); i++) {
            int difference = (int) Math.abs(out.get(i) - g.pixels.get(i));
            worst = Math.max(worst, difference);
        }
        assertThat(worst).isLessThanOrEqualTo(tolerance);
    }

    @Test
    void decode_orientationSwitchedOff_asStored() throws IOException {
        Array stored = Images.decode(resource("orientation-1.jpg"), "a", ImageOptions.DEFAULT);
        for (int orientation = 2; orientation <= 8; orientation++) {
            byte[] file = resource("orientation-" + orientation + ".jpg");
            assertThat(Images.decode(file, "b", ImageOptions.DEFAULT.withExifOrientation(false)))
                    .isEqualTo(stored);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void toPng_bytes_roundTrip(int channels) {
        byte[] pixels = new byte[7 * 5 * channels];
        new Random(1).nextBytes(pixels);
        Array image = Array.ofUnsigned(pixels, 7, 5, channels);
        assertThat(Images.decode(Images.toPng(image), "a", ImageOptions.DEFAULT))
                .isEqualTo(image);
    }

    @Test
    void toPng_floatsChannelsFirst_roundsAndClips() {
        float[] v = {
            0, 1, 0.5f, -3, 2, 0.25f, 0.1f, 0.2f, 0.3f, 0.4f, 0.6f, 0.7f, 0.8f, 0.9f, 0.999f, 0.001f, 0.998f, 1 / 255f
        };
        // Fits both layouts: channels last wins.
        Array out = Images.decode(Images.toPng(Array.of(v, 3, 2, 3)), "a", ImageOptions.DEFAULT);
        assertThat(out.shape()).containsExactly(3, 2, 3);
        out = Images.decode(Images.toPng(Array.of(v, 3, 6, 1)), "a", ImageOptions.DEFAULT);
        assertThat(out.toLongs())
                .containsExactly(0, 255, 128, 0, 255, 64, 26, 51, 77, 102, 153, 178, 204, 229, 255, 0, 254, 1);
        out = Images.decode(Images.toPng(Array.of(v, 1, 3, 6)), "a", ImageOptions.DEFAULT);
        assertThat(out.shape()).containsExactly(3, 6, 1);
    }

    @Test
    void toPng_wrongInput_explains() {
        assertThatThrownBy(() -> Images.toPng(Array.zeros(DType.FLOAT32, 2, 4, 4, 2)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("FLOAT32[2, 4, 4, 2]");
        assertThatThrownBy(() -> Images.toPng(Array.zeros(DType.INT32, 4, 4))).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Images.toPng(Array.zeros(DType.UINT8, 0, 4))).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Images.toPng(Array.of(new float[] {1, Float.NaN}, 1, 2)))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("NaN at element 1");
    }

    @Test
    void writePng_existingFile_isReplacedAndNothingElseStays() throws IOException {
        Path file = folder.resolve("a.png");
        Files.writeString(file, "old");
        Array image = Array.ofUnsigned(new byte[] {0, 100, (byte) 200, 7}, 2, 2);
        Images.writePng(image, file);
        assertThat(Images.read(file)).isEqualTo(image.reshape(2, 2, 1));
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
        assertThatThrownBy(() -> Images.writePng(image, folder.resolve("none/a.png")))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("existing folder");
    }

    @Test
    void decode_jpegWrittenByJava_closeToOriginal() throws IOException {
        BufferedImage image = new BufferedImage(32, 24, BufferedImage.TYPE_3BYTE_BGR);
        for (int y = 0; y < 24; y++) {
            for (int x = 0; x < 32; x++) {
                image.setRGB(x, y, (x * 8) << 16 | (y * 10) << 8 | (255 - x * 4));
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, "jpg", bytes)).isTrue();
        Array out = Images.decode(bytes.toByteArray(), "a.jpg", ImageOptions.DEFAULT);
        double sum = 0;
        for (int i = 0; i < out.size(); i++) {
            int x = i / 3 % 32;
            int y = i / 3 / 32;
            sum += Math.abs(out.get(i) - (i % 3 == 0 ? x * 8 : i % 3 == 1 ? y * 10 : 255 - x * 4));
        }
        assertThat(sum / out.size()).isLessThan(5);
    }

    @Test
    void decode_bomb_isRefusedFromTheHeader() {
        byte[] png = pngHeader(60_000, 60_000);
        assertThatThrownBy(() -> Images.decode(png, "bomb.png", ImageOptions.DEFAULT))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("bomb.png")
                .hasMessageContaining("60000 x 60000 = 3600000000 pixels")
                .hasMessageContaining("limit of 100000000");
        byte[] small = Images.toPng(Array.zeros(DType.UINT8, 11, 10));
        assertThatThrownBy(() -> Images.decode(small, "small.png", ImageOptions.DEFAULT.withMaxPixels(109)))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("10 x 11 = 110");
        assertThat(Images.decode(small, "small.png", ImageOptions.DEFAULT.withMaxPixels(110))
                        .size())
                .isEqualTo(110);
    }

    private static byte[] pngHeader(int width, int height) {
        ByteBuffer b = ByteBuffer.allocate(8 + 25 + 12);
        b.put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        b.putInt(13)
                .put("IHDR".getBytes(StandardCharsets.US_ASCII))
                .putInt(width)
                .putInt(height);
        b.put(new byte[] {8, 2, 0, 0, 0});
        CRC32 crc = new CRC32();
        crc.update(b.array(), 12, 17);
        b.putInt((int) crc.getValue());
        return b.putInt(0)
                .put("IEND".getBytes(StandardCharsets.US_ASCII))
                .putInt(0xae426082)
                .array();
    }

    @Test
    void decode_pngWithWrongChecksum_isReported() throws IOException {
        byte[] file = resource("rgb.png");
        file[file.length - 20] ^= 1;
        assertThatThrownBy(() -> Images.decode(file, "a.png", ImageOptions.DEFAULT))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("checksum");
    }

    @Test
    void read_hugeFile_isRefusedBeforeDecoding() throws IOException {
        Path file = folder.resolve("a.png");
        Files.write(file, new byte[(1 << 20) + 100]);
        assertThatThrownBy(() -> Images.read(file, ImageOptions.DEFAULT.withMaxPixels(10)))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("too many for an image of 10 pixels");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rgb.png",
                "palette.png",
                "rgb.jpg",
                "progressive.jpg",
                "cmyk.jpg",
                "palette.gif",
                "rgb.bmp",
                "lossy.webp",
                "lossless.webp"
            })
    void decode_truncated_isReported(String name) throws IOException {
        byte[] file = resource(name);
        for (int length : new int[] {0, 1, 5, 12, file.length / 3, file.length * 2 / 3}) {
            assertThatThrownBy(() -> Images.decode(Arrays.copyOf(file, length), name, ImageOptions.DEFAULT))
                    .as("%s cut to %s of %s bytes", name, length, file.length)
                    .isInstanceOf(UnreadableFileException.class)
                    .hasMessageContaining(name);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rgb.png",
                "palette.png",
                "grey16.png",
                "rgb.jpg",
                "progressive.jpg",
                "cmyk.jpg",
                "orientation-6.jpg",
                "palette.gif",
                "rgb.bmp",
                "lossy.webp",
                "lossless.webp"
            })
    void decode_flippedBytes_imageOrOneKindOfError(String name) throws IOException {
        byte[] file = resource(name);
        Random random = new Random(17);
        ImageOptions options = ImageOptions.DEFAULT.withMaxPixels(1_000_000);
        for (int trial = 0; trial < 300; trial++) {
            byte[] damaged = file.clone();
            for (int k = 1 + random.nextInt(4); k > 0; k--) {
                // Headers matter most: half of the damage goes there.
                int at = random.nextInt(random.nextBoolean() ? Math.min(64, damaged.length) : damaged.length);
                damaged[at] = (byte) random.nextInt(256);
            }
            if (name.endsWith(".png") && random.nextBoolean()) {
                repairChecksums(damaged);
            }
            try {
                assertThat(Images.decode(damaged, name, options).rank()).isEqualTo(3);
            } catch (UnreadableFileException e) {
                assertThat(e).hasMessageStartingWith(name);
            }
        }
    }

    /** So that the damage reaches the decoder. */
    private static void repairChecksums(byte[] png) {
        ByteBuffer b = ByteBuffer.wrap(png);
        for (int at = 8; png.length - at >= 12; ) {
            int length = b.getInt(at);
            if (length < 0 || length > png.length - at - 12) {
                return;
            }
            CRC32 crc = new CRC32();
            crc.update(png, at + 4, length + 4);
            b.putInt(at + 8 + length, (int) crc.getValue());
            at += 12 + length;
        }
    }

    @Test
    void read_noImage_saysWhatIsExpected() throws IOException {
        Path file = folder.resolve("a.png");
        assertThatThrownBy(() -> Images.read(file))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("a.png");
        Files.writeString(file, "hello");
        assertThatThrownBy(() -> Images.read(file))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("expected a PNG, JPEG, WebP, GIF or BMP");
    }
}
