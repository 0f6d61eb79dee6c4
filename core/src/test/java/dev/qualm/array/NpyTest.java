package dev.qualm.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.UnreadableFileException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyTest {
    @TempDir
    Path folder;

    @Test
    void write_thenRead_givesTheSameArrayForEveryType() {
        Random random = new Random(2);
        for (int round = 0; round < 50; round++) {
            for (Array array : RandomArrays.ofEveryType(random)) {
                Path file = folder.resolve("a.npy");
                Npy.write(file, array);

                assertThat(Npy.read(file)).isEqualTo(array);
            }
        }
    }

    @Test
    void read_moreThanOneChunk_givesEveryElement() throws IOException {
        Random random = new Random(3);
        for (DType dtype : DType.values()) {
            Array array = RandomArrays.array(random, dtype, 7, 9_999);

            assertThat(Npy.read(bytes(array), "a")).isEqualTo(array);
        }
    }

    @Test
    void write_smallMatrix_givesTheBytesOfNumPy() throws IOException {
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }";
        byte[] expected = file(1, header + " ".repeat(117 - header.length()) + "\n", le(1f, -2f));

        assertThat(bytes(Array.of(new float[] {1, -2}, 1, 2))).isEqualTo(expected);
    }

    @Test
    void read_columnMajor_ordersByIndices() {
        // Columns (1, 4), (2, 5), (3, 6).
        byte[] file = file(1, header("<f4", "True", "(2, 3)"), le(1, 4, 2, 5, 3, 6));

        assertThat(Npy.read(file, "f")).isEqualTo(Array.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
    }

    @Test
    void read_anyKeyOrderSpacingQuotesAndPython2Longs_isAccepted() {
        byte[] file = file(3, "{\"shape\":( 2L , ),'fortran_order':True,\n 'descr' : '<f4'}", le(1, 2));

        assertThat(Npy.read(file, "f")).isEqualTo(Array.of(new float[] {1, 2}, 2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "{'descr': '<f4', 'fortran_order': False}",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} x",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2)}",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2 2)}",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2.0,)}",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1+1,)}",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (True,)}",
                "{'descr': '<f4', 'fortran_order': False, 'shape': [2]}",
                "{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}",
                "{'descr': '<f4', 'fortran_order': false, 'shape': (2,)}",
                "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'extra': 1}",
                "{'descr': \"<f4', 'fortran_order': False, 'shape': (2,)}",
                "{'descr': '<f\\x34', 'fortran_order': False, 'shape': (2,)}",
                "{'descr': __import__('os'), 'fortran_order': False, 'shape': (2,)}",
                "{'descr': 'f4', 'fortran_order': False, 'shape': (2,)}",
                "{'descr': '=f4', 'fortran_order': False, 'shape': (2,)}",
                "{'descr': '|f4', 'fortran_order': False, 'shape': (2,)}",
                "{'descr': '', 'fortran_order': False, 'shape': (2,)}",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999999,)}",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2147483648,)}",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2147483647, 2147483647, 2147483647)}",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2147483647,)}",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (0,)}",
            })
    void read_wrongHeader_isRefused(String header) {
        byte[] file = file(1, header, le(1, 2));

        assertThatThrownBy(() -> Npy.read(file, "wrong.npy"))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("wrong.npy")
                .hasMessageContaining("expected")
                .hasMessageContaining("found");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "'|O'; pickles",
                "'<U5'; astype",
                "'<c8'; astype",
                "'<M8[D]'; astype",
                "[('a', '<f4')]; several fields"
            })
    void read_unsupportedType_saysWhy(String descr, String reason) {
        String quoted = descr.startsWith("[") ? descr : "'" + descr + "'";
        byte[] file = file(1, "{'descr': " + quoted + ", 'fortran_order': False, 'shape': (2,), }", le(1, 2));

        assertThatThrownBy(() -> Npy.read(file, "f"))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void read_unknownVersion_isRefused() {
        assertThatThrownBy(() -> Npy.read(file(4, header("<f4", "False", "(2,)"), le(1, 2)), "f"))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("found 4.0");
    }

    @Test
    void read_booleanOtherThan0Or1_isRefused() {
        assertThatThrownBy(() -> Npy.read(file(1, header("|b1", "False", "(2,)"), new byte[] {1, 2}), "f"))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("boolean element 1");
    }

    @Test
    void read_invalidUtf8InVersion3_isRefused() {
        byte[] file = file(3, header("<f4", "False", "(2,)"), le(1, 2));
        file[20] = (byte) 0xff;

        assertThatThrownBy(() -> Npy.read(file, "f"))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("UTF-8");
    }

    @Test
    void read_missingFileOrFolder_namesIt() {
        Path missing = folder.resolve("missing.npy");

        assertThatThrownBy(() -> Npy.read(missing))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining(missing.toString())
                .hasMessageContaining("check the path");
        assertThatThrownBy(() -> Npy.read(folder))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("regular file");
    }

    @Test
    void read_moreElementsThanFitIntoTheHeap_isRefusedByName() {
        byte[] header = file(1, header("<f8", "False", "(2147483647,)"), new byte[0]);
        Input in = Input.of("huge.npy", new ByteArrayInputStream(header), header.length + 8L * Integer.MAX_VALUE);

        assertThatThrownBy(() -> Npy.read(in))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("huge.npy")
                .hasMessageContaining("-Xmx");
    }

    static byte[] bytes(Array array) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Npy.write(out, array);
        return out.toByteArray();
    }

    static String header(String descr, String fortran, String shape) {
        return "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }\n";
    }

    private static byte[] le(float... values) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            buffer.putFloat(value);
        }
        return buffer.array();
    }

    static byte[] file(int version, String header, byte[] payload) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(8 + (version == 1 ? 2 : 4) + text.length + payload.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        out.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
        if (version == 1) {
            out.putShort((short) text.length);
        } else {
            out.putInt(text.length);
        }
        return out.put(text).put(payload).array();
    }
}
