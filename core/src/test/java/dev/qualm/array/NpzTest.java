package dev.qualm.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TimeZone;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NpzTest {
    private static final String IO = "n3-tabular-mlp/io.npz";
    private static final int NPY_HEADER = 128;

    @TempDir
    Path folder;

    @Test
    void write_thenReadAll_givesTheSameArraysInTheSameOrder() {
        Random random = new Random(4);
        for (int round = 0; round < 20; round++) {
            Map<String, Array> arrays = RandomArrays.named(random);
            Path file = folder.resolve("a.npz");
            Npz.write(file, arrays);

            try (Npz npz = Npz.open(file)) {
                assertThat(npz.readAll()).containsExactlyEntriesOf(arrays);
            }
        }
    }

    @Test
    void write_equalArraysInAnotherTimeZone_givesEqualFiles() throws IOException {
        Map<String, Array> arrays = RandomArrays.named(new Random(5));
        Npz.write(folder.resolve("a.npz"), arrays);
        TimeZone before = TimeZone.getDefault();
        try {
            TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Kiritimati"));
            Npz.write(folder.resolve("b.npz"), arrays);
        } finally {
            TimeZone.setDefault(before);
        }

        assertThat(folder.resolve("b.npz")).hasSameBinaryContentAs(folder.resolve("a.npz"));
    }

    @Test
    void read_goldenOfAnotherWriter_givesItsNumbers() {
        try (Npz npz = Npz.open(golden(IO))) {
            assertThat(npz.keys())
                    .containsExactly(
                            "input",
                            "label",
                            "logits.f64",
                            "logits.f32",
                            "softmax.f64",
                            "pred",
                            "runner_up",
                            "top2_gap.f64");
            Array input = npz.read("input");
            assertThat(input).hasToString("FLOAT32[16, 30]");
            assertThat(input.floats()).startsWith(-0.74727046f, -1.0136421f, -0.7531182f);
            double[] logits = npz.read("logits.f64").doubles();
            assertThat(logits).startsWith(6.867647046827239, 0.30768194301855206, -5.191044264828932);
            assertThat(npz.read("pred").longs()).containsExactly(0, 0, 2, 1, 0, 0, 0, 1, 2, 2, 0, 0, 0, 2, 0, 0);
            double[] softmax = npz.read("softmax.f64").doubles();
            for (int i = 0; i < softmax.length; i++) {
                int row = i / 3 * 3;
                double sum = IntStream.range(row, row + 3)
                        .mapToDouble(j -> Math.exp(logits[j]))
                        .sum();
                assertThat(softmax[i]).isCloseTo(Math.exp(logits[i]) / sum, within(1e-14));
            }
        }
    }

    @Test
    void write_arraysOfNumPy_givesEntriesEqualByteForByte() throws IOException {
        Path golden = golden(IO);
        try (Npz npz = Npz.open(golden);
                ZipFile zip = new ZipFile(golden.toFile())) {
            for (String key : npz.keys()) {
                byte[] entry = zip.getInputStream(zip.getEntry(key + ".npy")).readAllBytes();
                assertThat(NpyTest.bytes(npz.read(key))).as(key).isEqualTo(entry);
            }
        }
    }

    /**
     * numpy/types.npz: NumPy 2.4.6 wrote the same six numbers in every type, byte order, axis order and npy version.
     */
    @Test
    void read_everyTypeOrderAndVersionOfNumPy_givesTheSameNumbers() {
        Map<String, DType> types = Map.ofEntries(
                Map.entry("b1", DType.BOOL),
                Map.entry("i1", DType.INT8),
                Map.entry("u1", DType.UINT8),
                Map.entry("i2", DType.INT16),
                Map.entry("i4", DType.INT32),
                Map.entry("i8", DType.INT64),
                Map.entry("u2", DType.INT32),
                Map.entry("u4", DType.INT64),
                Map.entry("u8", DType.INT64),
                Map.entry("f2", DType.FLOAT32),
                Map.entry("f4", DType.FLOAT32),
                Map.entry("f8", DType.FLOAT64));
        try (Npz npz = Npz.open(golden("numpy/types.npz"))) {
            List<String> keys = npz.keys().stream()
                    .filter(k -> k.matches(".*\\.[CF]\\.v[123]"))
                    .toList();
            assertThat(keys).hasSize(12 * 2 * 2 * 3);
            for (String key : keys) {
                String type = key.substring(0, 2);
                double[] numbers = switch (type.charAt(0)) {
                    case 'b' -> new double[] {0, 1, 1, 0, 1, 0};
                    case 'u' -> new double[] {0, 1, 2, 100, 7, 5};
                    case 'f' -> new double[] {0, 0.25, -2, 100, -7, 5};
                    default -> new double[] {0, 1, -2, 100, -7, 5};
                };
                Array array = npz.read(key);
                assertThat(array.dtype()).as(key).isEqualTo(types.get(type));
                assertThat(array.shape()).as(key).containsExactly(2, 3);
                assertThat(array.toDoubles()).as(key).containsExactly(numbers);
            }
        }
    }

    @Test
    void read_unusualShapesAndExtremesOfNumPy_givesThem() {
        try (Npz npz = Npz.open(golden("numpy/types.npz"))) {
            assertThat(npz.read("scalar")).isEqualTo(Array.of(new float[] {2.5f}));
            assertThat(npz.read("empty")).isEqualTo(Array.of(new float[0], 0, 3));
            assertThat(npz.read("vector")).isEqualTo(Array.of(new short[] {0, 1, 2}, 3));
            assertThat(npz.read("cube"))
                    .isEqualTo(Array.of(IntStream.range(0, 24).toArray(), 2, 3, 4));
            assertThat(npz.read("extremes.u2")).isEqualTo(Array.of(new int[] {65535}, 1));
            assertThat(npz.read("extremes.u4")).isEqualTo(Array.of(new long[] {4294967295L}, 1));
            assertThat(npz.read("extremes.u8")).isEqualTo(Array.of(new long[] {Long.MAX_VALUE}, 1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"overflow.u8", "object", "text", "complex", "record", "date", "longdouble"})
    void read_whatHasNoCounterpart_isRefusedAndTheOthersStayReadable(String key) {
        try (Npz npz = Npz.open(golden("numpy/types.npz"))) {
            assertThatThrownBy(() -> npz.read(key))
                    .isInstanceOf(UnreadableFileException.class)
                    .hasMessageContaining("entry " + key + ".npy");
            assertThat(npz.read("scalar").floats()).containsExactly(2.5f);
        }
    }

    @Test
    void read_unknownKey_listsTheOthers() {
        try (Npz npz = Npz.open(golden(IO))) {
            assertThatThrownBy(() -> npz.read("inputs"))
                    .isInstanceOf(UnreadableFileException.class)
                    .hasMessageContaining("'inputs'")
                    .hasMessageContaining("input, label");
        }
    }

    @Test
    void read_afterClose_isRefused() {
        Npz npz = Npz.open(golden(IO));
        npz.close();

        assertThatThrownBy(() -> npz.read("input"))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("closed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a.txt", ".npy", "folder/", "a/../b.npy", "../b.npy", "a\u0000.npy", "a\nb.npy", "a\\b.npy"})
    void open_entryThatIsNoNamedArray_isRefused(String name) throws IOException {
        Path file = zip(Map.of(name, new byte[0]));

        assertThatThrownBy(() -> Npz.open(file))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("NAME.npy");
    }

    @Test
    void open_twoEntriesOfOneName_isRefused() throws IOException {
        byte[] npy = NpyTest.bytes(Array.of(new float[] {1}, 1));
        byte[] bytes = Files.readAllBytes(zip(Map.of("aa.npy", npy, "bb.npy", npy)));
        replace(bytes, "bb.npy", "aa.npy");
        Path file = Files.write(folder.resolve("twice.npz"), bytes);

        assertThatThrownBy(() -> Npz.open(file))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("'aa.npy' twice");
    }

    @Test
    void open_noZip_isRefused() throws IOException {
        Path file = Files.write(folder.resolve("no.npz"), NpyTest.bytes(Array.of(new float[] {1}, 1)));

        assertThatThrownBy(() -> Npz.open(file))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessageContaining("no.npz");
    }

    @Test
    void read_changedElement_isFoundByTheChecksum() throws IOException {
        byte[] npy = NpyTest.bytes(Array.of(new float[64], 64));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            CRC32 crc = new CRC32();
            crc.update(npy);
            ZipEntry entry = new ZipEntry("a.npy");
            entry.setMethod(ZipEntry.STORED);
            entry.setSize(npy.length);
            entry.setCrc(crc.getValue());
            zip.putNextEntry(entry);
            zip.write(npy);
        }
        byte[] bytes = out.toByteArray();
        bytes[30 + "a.npy".length() + NPY_HEADER + 17] ^= 4;
        Path file = Files.write(folder.resolve("changed.npz"), bytes);

        try (Npz npz = Npz.open(file)) {
            assertThatThrownBy(() -> npz.read("a"))
                    .isInstanceOf(UnreadableFileException.class)
                    .hasMessageContaining("CRC-32");
        }
    }

    /* The directory and the npy header agree on 4 GB, but a few hundred compressed bytes cannot hold them. */
    @Test
    void read_declaredSizeImpossibleForItsCompressedSize_isRefusedBeforeAllocation() throws IOException {
        byte[] npy = NpyTest.file(1, NpyTest.header("<f4", "False", "(999999999,)"), new byte[1000]);
        byte[] bytes = Files.readAllBytes(zip(Map.of("a.npy", npy)));
        long declared = npy.length - 1000 + 4L * 999_999_999;
        int entry = indexOf(bytes, new byte[] {'P', 'K', 1, 2});
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(entry + 24, (int) declared);
        Path file = Files.write(folder.resolve("bomb.npz"), bytes);

        try (Npz npz = Npz.open(file)) {
            assertThatThrownBy(() -> npz.read("a"))
                    .isInstanceOf(UnreadableFileException.class)
                    .hasMessageContaining("declared size");
        }
    }

    @Test
    void write_nameThatCouldLeaveAFolder_isRefusedAndWritesNothing() {
        Path file = folder.resolve("a.npz");
        for (String key : List.of("", "..", "a/../b", "a\\b", "a\tb")) {
            assertThatThrownBy(() -> Npz.write(file, Map.of(key, Array.of(new float[1], 1))))
                    .isInstanceOf(QualmException.class)
                    .hasMessageContaining("'" + key + "'");
        }
        assertThat(file).doesNotExist();
    }

    private Path zip(Map<String, byte[]> entries) throws IOException {
        Path file = folder.resolve("test.npz");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        }
        return file;
    }

    private static void replace(byte[] bytes, String from, String to) {
        byte[] search = from.getBytes(StandardCharsets.ISO_8859_1);
        byte[] by = to.getBytes(StandardCharsets.ISO_8859_1);
        for (int at = indexOf(bytes, search); at >= 0; at = indexOf(bytes, search)) {
            System.arraycopy(by, 0, bytes, at, by.length);
        }
    }

    private static int indexOf(byte[] bytes, byte[] search) {
        for (int at = 0; at + search.length <= bytes.length; at++) {
            if (Arrays.equals(bytes, at, at + search.length, search, 0, search.length)) {
                return at;
            }
        }
        return -1;
    }

    static Path golden(String name) {
        try {
            return Path.of(Objects.requireNonNull(NpzTest.class.getResource("/golden/" + name), name)
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
