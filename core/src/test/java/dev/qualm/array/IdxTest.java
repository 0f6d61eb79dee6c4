package dev.qualm.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.ShapeException;
import dev.qualm.UnreadableFileException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdxTest {
    private static final List<DType> TYPES =
            List.of(DType.UINT8, DType.INT8, DType.INT16, DType.INT32, DType.FLOAT32, DType.FLOAT64);

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"a.idx", "a.idx.gz"})
    void write_thenRead_givesTheSameArrayForEveryType(String name) {
        Random random = new Random(8);
        for (int round = 0; round < 30; round++) {
            for (DType dtype : TYPES) {
                int[] shape = RandomArrays.shape(random);
                Array array = RandomArrays.array(random, dtype, shape.length == 0 ? new int[] {3} : shape);
                Path file = folder.resolve(name);
                Idx.write(file, array);

                assertThat(Idx.read(file)).isEqualTo(array);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "00000802000000010000000205ff, UINT8, 5, 255",
        "00000902000000010000000205ff, INT8, 5, -1",
        "00000b0200000001000000020005fffe, INT16, 5, -2",
        "00000c02000000010000000200000005fffffffe, INT32, 5, -2",
        "00000d0200000001000000023fc00000c0000000, FLOAT32, 1.5, -2",
        "00000e0200000001000000023ff8000000000000c000000000000000, FLOAT64, 1.5, -2",
    })
    void read_everyType_givesItsNumbers(String hex, DType dtype, double first, double second) {
        Array array = Idx.read(HexFormat.of().parseHex(hex), "f");

        assertThat(array).hasToString(dtype + "[1, 2]");
        assertThat(array.toDoubles()).containsExactly(first, second);
    }

    @Test
    void write_images_givesTheBytesOfTheFormat() throws IOException {
        Path file = folder.resolve("images-idx3-ubyte");
        Idx.write(file, Array.ofUnsigned(new byte[] {1, 2, 3, (byte) 200}, 1, 2, 2));

        assertThat(Files.readAllBytes(file))
                .isEqualTo(HexFormat.of().parseHex("00000803" + "00000001" + "00000002" + "00000002" + "010203c8"));
    }

    @Test
    void write_gzip_namesNoTime() throws IOException {
        Path file = folder.resolve("labels-idx1-ubyte.gz");
        Idx.write(file, Array.ofUnsigned(new byte[100], 100));

        assertThat(Arrays.copyOf(Files.readAllBytes(file), 8)).containsExactly(0x1f, 0x8b, 8, 0, 0, 0, 0, 0);
    }

    @Test
    void write_whatIdxCannotHold_isRefused() {
        Path file = folder.resolve("a");
        for (Array array : List.of(
                Array.of(new long[1], 1),
                Array.of(new boolean[1], 1),
                Array.of(new float[1]),
                Array.of(new float[1], ones(256)))) {
            assertThatThrownBy(() -> Idx.write(file, array))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("IDX can hold");
        }
        assertThat(file).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "000008",
                "00000801",
                "0000080100000002" + "01",
                "0000080100000002" + "010203",
                "01000801000000020102",
                "00000a01000000020102",
                "0000080001",
                "00000801ffffffff0102",
                "000008017fffffff0102",
                "00000803ffffffffffffffffffffffff0102",
                "000008020000000100000003" + "0102",
                "00000801" + "00000000" + "01",
            })
    void read_wrongFile_isRefusedPlainAndGzipped(String hex) throws IOException {
        byte[] plain = HexFormat.of().parseHex(hex);
        for (byte[] file : List.of(plain, gzip(plain))) {
            assertThatThrownBy(() -> Idx.read(file, "wrong.idx"))
                    .isInstanceOf(UnreadableFileException.class)
                    .hasMessageContaining("wrong.idx")
                    .hasMessageContaining("expected")
                    .hasMessageContaining("found");
        }
    }

    @Test
    void read_gzipCutOrChanged_isRefused() throws IOException {
        byte[] file = gzip(HexFormat.of().parseHex("0000080100000002" + "0102"));
        for (int length = 0; length < file.length; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            assertThatThrownBy(() -> Idx.read(cut, "cut")).isInstanceOf(UnreadableFileException.class);
        }
        byte[] changed = file.clone();
        changed[file.length - 6] ^= 1;
        assertThatThrownBy(() -> Idx.read(changed, "changed"))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("changed")
                .hasMessageContaining("GZIP trailer");
    }

    static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(plain);
        }
        return out.toByteArray();
    }

    private static int[] ones(int rank) {
        int[] shape = new int[rank];
        Arrays.fill(shape, 1);
        return shape;
    }
}
