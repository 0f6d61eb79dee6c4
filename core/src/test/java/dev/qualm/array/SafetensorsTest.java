package dev.qualm.array;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
    private static final String F32_2 = "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";

    @TempDir
    Path folder;

    @Test
    void write_thenRead_givesTheSameContent() {
        Random random = new Random(6);
        for (int round = 0; round < 50; round++) {
            Safetensors content = new Safetensors(
                    RandomArrays.named(random), Map.of("format", "pt", "note", "\"\u00e9\ud83d\ude00\n"));
            Path file = folder.resolve("a.safetensors");
            content.write(file);

            assertThat(Safetensors.read(file)).isEqualTo(content);
        }
    }

    @Test
    void write_anyContent_alignsEveryArrayToItsElements() throws IOException {
        byte[] bytes = bytes(new Safetensors(RandomArrays.named(new Random(7)), Map.of()));
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long header = file.getLong(0);

        assertThat(header % 8).isZero();
        assertThat(Safetensors.read(bytes, "a").arrays().values())
                .extracting(array -> -array.dtype().bytes())
                .isSorted();
    }

    @Test
    void write_nothing_isReadBackEmpty() throws IOException {
        Safetensors empty = new Safetensors(Map.of(), Map.of());

        assertThat(Safetensors.read(bytes(empty), "a")).isEqualTo(empty);
    }

    @Test
    void write_oneTensor_givesTheBytesOfTheFormat() throws IOException {
        byte[] expected = file("{\"__metadata__\":{\"k\":\"v\"},\"w\":" + F32_2 + "} ", le(1f, -2f));

        assertThat(bytes(new Safetensors(Map.of("w", Array.of(new float[] {1, -2}, 2)), Map.of("k", "v"))))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "BOOL, BOOL, 0001, 0, 1",
        "U8, UINT8, 05ff, 5, 255",
        "I8, INT8, 05ff, 5, -1",
        "U16, INT32, 0500ffff, 5, 65535",
        "I16, INT16, 0500ffff, 5, -1",
        "F16, FLOAT32, 003e00c0, 1.5, -2",
        "BF16, FLOAT32, c03f00c0, 1.5, -2",
        "U32, INT64, 05000000ffffffff, 5, 4294967295",
        "I32, INT32, 05000000ffffffff, 5, -1",
        "F32, FLOAT32, 0000c03f000000c0, 1.5, -2",
        "U64, INT64, 0500000000000000ff00000000000000, 5, 255",
        "I64, INT64, 0500000000000000ffffffffffffffff, 5, -1",
        "F64, FLOAT64, 000000000000f83f00000000000000c0, 1.5, -2",
    })
    void read_everyType_givesItsNumbers(String type, DType dtype, String hex, double first, double second) {
        byte[] data = HexFormat.of().parseHex(hex);
        String header = "{\"w\":{\"shape\":[1,2],\"dtype\":\"" + type + "\",\"data_offsets\":[0," + data.length + "]}}";

        Array array = requireNonNull(
                Safetensors.read(file(header, data), "f").arrays().get("w"));

        assertThat(array).hasToString(dtype + "[1, 2]");
        assertThat(array.toDoubles()).containsExactly(first, second);
    }

    @Test
    void read_tensorsInAnotherOrderThanTheirOffsets_givesEachItsElements() {
        String header = "{\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[8,9]},\"none\":"
                + "{\"dtype\":\"F64\",\"shape\":[0,4],\"data_offsets\":[8,8]},\"a\":" + F32_2 + "}  ";
        byte[] data = ByteBuffer.allocate(9).put(le(1f, 2f)).put((byte) 7).array();

        Map<String, Array> arrays = Safetensors.read(file(header, data), "f").arrays();

        assertThat(arrays)
                .containsEntry("a", Array.of(new float[] {1, 2}, 2))
                .containsEntry("b", Array.ofUnsigned(new byte[] {7}, 1))
                .containsEntry("none", Array.of(new double[0], 0, 4));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                " {}",
                "{",
                "{}",
                "{}{}",
                "{'w':1}",
                "{\"w\":1}",
                "{\"w\":{}}",
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} x",
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"w\":"
                        + "{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[8,8]}}",
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"dtype\":\"I32\"}}",
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":1}}",
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}",
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,8]}}",
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[2]}}",
                "{\"w\":{\"dtype\":\"F32\",\"shape\":2,\"data_offsets\":[0,8]}}",
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}",
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[\"2\"],\"data_offsets\":[0,8]}}",
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}",
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[-2,-1],\"data_offsets\":[0,8]}}",
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}",
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}}",
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}",
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}}",
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[1,2147483648],\"data_offsets\":[0,8589934592]}}",
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[65536,65536,65536,65536],\"data_offsets\":[0,0]}}",
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}}",
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,8]}}",
                "{\"w\":{\"dtype\":\"F8_E4M3\",\"shape\":[8],\"data_offsets\":[0,8]}}",
                "{\"w\":{\"dtype\":null,\"shape\":[2],\"data_offsets\":[0,8]}}",
                "{\"__metadata__\":{\"a\":1},\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
                "{\"__metadata__\":[],\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
            })
    void read_wrongHeader_isRefused(String header) {
        assertThatThrownBy(() -> Safetensors.read(file(header, new byte[8]), "wrong.safetensors"))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("wrong.safetensors")
                .hasMessageContaining("expected")
                .hasMessageContaining("found");
    }

    @Test
    void read_overlapOrHole_isRefused() {
        for (String offsets : new String[] {"[4,12]", "[0,8]", "[12,20]"}) {
            String header =
                    "{\"a\":" + F32_2 + ",\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":" + offsets + "}}";

            assertThatThrownBy(() -> Safetensors.read(file(header, new byte[20]), "f"))
                    .isInstanceOf(UnreadableFileException.class)
                    .hasMessageContaining("without hole or overlap");
        }
    }

    @Test
    void read_headerLargerThanTheFile_isRefusedBeforeAllocation() {
        for (long length : new long[] {9, 99_999_999, 1L << 40, Long.MAX_VALUE, -1}) {
            byte[] file = file("{}      ", new byte[0]);
            ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(length);

            assertThatThrownBy(() -> Safetensors.read(file, "f"))
                    .isInstanceOf(UnreadableFileException.class)
                    .hasMessageContaining(Long.toUnsignedString(length));
        }
    }

    @Test
    void read_headerNotUtf8_isRefused() {
        byte[] file = file("{\"w\":" + F32_2 + "}", new byte[8]);
        file[10] = (byte) 0xff;

        assertThatThrownBy(() -> Safetensors.read(file, "f"))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("UTF-8");
    }

    @Test
    void read_deeplyNestedHeader_isRefused() {
        String header = "{\"w\":{\"shape\":" + "[".repeat(100_000);

        assertThatThrownBy(() -> Safetensors.read(file(header, new byte[0]), "f"))
                .isInstanceOf(UnreadableFileException.class);
    }

    @Test
    void construct_arrayNamedLikeTheMetadata_isRefused() {
        assertThatThrownBy(() -> new Safetensors(Map.of("__metadata__", Array.of(new float[1], 1)), Map.of()))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("__metadata__");
    }

    static byte[] bytes(Safetensors content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        content.write(out);
        return out.toByteArray();
    }

    private static byte[] le(float... values) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            buffer.putFloat(value);
        }
        return buffer.array();
    }

    static byte[] file(String header, byte[] data) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + text.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length)
                .put(text)
                .put(data)
                .array();
    }
}
