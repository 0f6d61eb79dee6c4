package dev.qualm.array;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.qualm.UnreadableFileException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damages valid files in thousands of ways. Each must be read, or refused with {@link UnreadableFileException}, within
 * memory in proportion to the file: no other exception, no allocation on the word of a header.
 */
class CodecFuzzTest {
    /** Buffers, messages and stack traces of one read. */
    private static final long OVERHEAD = 2 << 20;

    /** The first rounds load classes, which counts as allocation of this thread. */
    private static final int WARM_UP = 100;

    @TempDir
    Path folder;

    private interface Reader {
        void read(byte[] file) throws IOException;
    }

    @Test
    void npy_damaged_isReadOrRefused() throws IOException {
        Random random = new Random(10);
        List<byte[]> files = new ArrayList<>();
        for (Array array : RandomArrays.ofEveryType(random)) {
            files.add(NpyTest.bytes(array));
        }
        files.add(NpyTest.file(2, NpyTest.header(">f2", "True", "(2, 3)"), new byte[12]));
        files.add(NpyTest.file(3, NpyTest.header(">u8", "True", "(1, 2)"), new byte[16]));

        fuzz(4000, random, files, 16, file -> Npy.read(file, "fuzz"));
    }

    @Test
    void safetensors_damaged_isReadOrRefused() throws IOException {
        Random random = new Random(11);
        List<byte[]> files = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            files.add(SafetensorsTest.bytes(new Safetensors(RandomArrays.named(random), Map.of("a", "b"))));
        }

        fuzz(4000, random, files, 64, file -> Safetensors.read(file, "fuzz"));
    }

    @Test
    void idx_damaged_isReadOrRefused() throws IOException {
        Random random = new Random(12);
        List<byte[]> files = new ArrayList<>();
        for (DType dtype : List.of(DType.UINT8, DType.INT16, DType.FLOAT32, DType.FLOAT64)) {
            Path file = folder.resolve("a.idx");
            Idx.write(file, RandomArrays.array(random, dtype, 3, 4, 5));
            files.add(Files.readAllBytes(file));
        }

        fuzz(4000, random, files, 16, file -> Idx.read(file, "fuzz"));
        // Deflate may truly hold 1032 times its size.
        fuzz(4000, random, files, 1032 * 2, file -> Idx.read(IdxTest.gzip(file), "fuzz"));
        fuzz(4000, random, files.stream().map(CodecFuzzTest::gzip).toList(), 1032 * 2, file -> Idx.read(file, "fuzz"));
    }

    @Test
    void npz_damaged_isReadOrRefused() throws IOException {
        Random random = new Random(13);
        Path valid = folder.resolve("valid.npz");
        List<byte[]> files = new ArrayList<>();
        files.add(Files.readAllBytes(NpzTest.golden("n3-tabular-mlp/io.npz")));
        for (int i = 0; i < 5; i++) {
            Npz.write(valid, RandomArrays.named(random));
            files.add(Files.readAllBytes(valid));
        }
        Path damaged = folder.resolve("damaged.npz");

        fuzz(1000, random, files, 1032 * 8, file -> {
            Files.write(damaged, file);
            try (Npz npz = Npz.open(damaged)) {
                npz.readAll();
            }
        });
    }

    @Test
    void npy_wildDimensions_isReadOrRefused() {
        Random random = new Random(14);
        List<String> types = List.of("<f8", ">f4", "<f2", "|b1", ">u8", "<u4");

        fuzz(
                4000,
                () -> {
                    String type = types.get(random.nextInt(types.size()));
                    String shape = "(" + wild(random, 4) + ",)";
                    String header = NpyTest.header(type, random.nextBoolean() ? "True" : "False", shape);
                    return NpyTest.file(1 + random.nextInt(3), header, new byte[random.nextInt(64)]);
                },
                16,
                file -> Npy.read(file, "fuzz"));
    }

    @Test
    void safetensors_wildDimensionsAndOffsets_isReadOrRefused() {
        Random random = new Random(15);

        fuzz(4000, () -> wildSafetensors(random), 64, file -> Safetensors.read(file, "fuzz"));
    }

    /* Half of the tensors lie where they belong, so that only the length of the file speaks against them. */
    private static byte[] wildSafetensors(Random random) {
        List<String> tensors = new ArrayList<>();
        long at = 0;
        for (int i = 0; i < 1 + random.nextInt(3); i++) {
            String dims = wild(random, random.nextBoolean() ? 1 : 4);
            String offsets = wild(random, 1) + "," + wild(random, 1);
            if (random.nextBoolean() && !dims.contains(",")) {
                long end = at + 8 * Long.parseLong(dims);
                offsets = at + "," + end;
                at = end;
            }
            String dtype = random.nextBoolean() ? "F64" : "U64";
            tensors.add("\"" + i + "\":{\"dtype\":\"" + dtype + "\",\"shape\":[" + dims + "],\"data_offsets\":["
                    + offsets + "]}");
        }
        return SafetensorsTest.file("{" + String.join(",", tensors) + "}", new byte[random.nextInt(64)]);
    }

    /** One to {@code most} numbers around the borders of int and long, or small. */
    private static String wild(Random random, int most) {
        StringBuilder numbers = new StringBuilder();
        for (int n = 1 + random.nextInt(most); n > 0; n--) {
            long border = 1L << (random.nextBoolean() ? random.nextInt(4) : random.nextInt(63));
            numbers.append(numbers.isEmpty() ? "" : ",").append(Math.max(0, border + random.nextInt(3) - 1));
        }
        return numbers.toString();
    }

    private static void fuzz(int rounds, Random random, List<byte[]> files, long perByte, Reader reader) {
        fuzz(rounds, () -> damage(random, files.get(random.nextInt(files.size()))), perByte, reader);
    }

    private static void fuzz(int rounds, Supplier<byte[]> files, long perByte, Reader reader) {
        ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int refused = 0;
        for (int round = 0; round < rounds; round++) {
            byte[] file = files.get();
            long before = memory.getCurrentThreadAllocatedBytes();
            try {
                reader.read(file);
            } catch (UnreadableFileException e) {
                assertThat(e.getMessage()).contains("Cannot read ");
                refused++;
            } catch (Exception | OutOfMemoryError | StackOverflowError e) {
                throw new AssertionError("Round " + round + " of a file of " + file.length + " bytes threw " + e, e);
            }
            long allocated = memory.getCurrentThreadAllocatedBytes() - before;
            if (round >= WARM_UP) {
                assertThat(allocated)
                        .as("bytes allocated in round %d for a file of %d", round, file.length)
                        .isLessThan(OVERHEAD + perByte * file.length);
            }
        }
        assertThat(refused).isGreaterThan(rounds / 4);
    }

    /**
     * One to three of: cut, extended, a bit flipped, a byte replaced, a digit replaced, a field of extreme bytes, a
     * part repeated.
     */
    private static byte[] damage(Random random, byte[] valid) {
        byte[] file = valid.clone();
        for (int times = 1 + random.nextInt(3); times > 0 && file.length > 0; times--) {
            // Half of all damage hits the first bytes, where the header is.
            int reach = random.nextBoolean() ? Math.min(file.length, 160) : file.length;
            int at = random.nextInt(reach);
            switch (random.nextInt(7)) {
                case 0 -> file = Arrays.copyOf(file, at);
                case 1 -> file = Arrays.copyOf(file, file.length + 1 + random.nextInt(40));
                case 2 -> file[at] ^= (byte) (1 << random.nextInt(8));
                case 3 -> file[at] = (byte) random.nextInt();
                case 4 -> replaceDigit(random, file, at);
                case 5 -> Arrays.fill(file, at, Math.min(file.length, at + 1 + random.nextInt(8)), extreme(random));
                default -> System.arraycopy(valid, 0, file, at, Math.min(valid.length, file.length - at) / 2);
            }
        }
        return file;
    }

    /* Dimensions and offsets in text headers change only through digits. */
    private static void replaceDigit(Random random, byte[] file, int from) {
        for (int i = from; i < file.length; i++) {
            if (file[i] >= '0' && file[i] <= '9') {
                int run = 1 + random.nextInt(12);
                for (int j = i; j < Math.min(file.length, i + run); j++) {
                    file[j] = (byte) ('0' + random.nextInt(10));
                }
                return;
            }
        }
    }

    private static byte extreme(Random random) {
        return new byte[] {0, 1, 0x7f, (byte) 0x80, (byte) 0xff, '9'}[random.nextInt(6)];
    }

    private static byte[] gzip(byte[] plain) {
        try {
            return IdxTest.gzip(plain);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
