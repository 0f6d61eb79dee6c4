package dev.qualm.array;

import dev.qualm.QualmException;
import dev.qualm.ShapeException;
import dev.qualm.UnreadableFileException;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * IDX files, the format of MNIST and Fashion-MNIST: one array each, big-endian, plain or gzipped.
 *
 * <p>Images are UINT8 {@code [n, h, w]}, labels UINT8 {@code [n]}; INT8, INT16, INT32, FLOAT32 and FLOAT64 exist too.
 * Gzip is recognised by its first bytes, not by the name.
 *
 * <p>Source: LeCun, Cortes and Burges, "The MNIST database", the IDX file format.
 */
public final class Idx {
    private static final int GZIP_MAGIC = 0x1f8b;
    private static final int BUFFER = 1 << 16;

    private Idx() {}

    /**
     * Reads a file, plain or gzipped.
     *
     * @throws UnreadableFileException if it is missing, damaged or too large
     */
    public static Array read(Path path) {
        long length = Input.length(path);
        try (InputStream stream = Files.newInputStream(path)) {
            return read(stream, length, path.toString());
        } catch (IOException e) {
            throw Input.unreadable(path, e);
        }
    }

    /**
     * Reads the content of a file, plain or gzipped.
     *
     * @param name what messages call it
     * @throws UnreadableFileException if it is damaged or too large
     */
    public static Array read(byte[] content, String name) {
        return read(new ByteArrayInputStream(content), content.length, name);
    }

    private static Array read(InputStream stream, long length, String name) {
        try (Input in = open(new BufferedInputStream(stream, BUFFER), length, name)) {
            return read(in);
        }
    }

    private static Input open(BufferedInputStream stream, long length, String name) {
        try {
            stream.mark(2);
            boolean gzip = (stream.read() << 8 | stream.read()) == GZIP_MAGIC;
            stream.reset();
            return gzip
                    ? Input.inflating(name, new GZIPInputStream(stream, BUFFER), length)
                    : Input.of(name, stream, length);
        } catch (IOException e) {
            throw new UnreadableFileException("Cannot read " + name + " at its start: " + e, e);
        }
    }

    private static Array read(Input in) {
        byte[] magic = in.read(4, "the IDX magic");
        if (magic[0] != 0 || magic[1] != 0) {
            throw in.failure(
                    "two zero bytes at the start of an IDX file", magic[0] + ", " + magic[1] + "; is this one?");
        }
        ElementType type = type(in, magic[2]);
        int rank = magic[3] & 0xff;
        if (rank == 0) {
            throw in.failure("at least 1 dimension", "0");
        }
        ByteBuffer header = ByteBuffer.wrap(in.read(4L * rank, "the dimensions"));
        long[] dims = new long[rank];
        for (int i = 0; i < rank; i++) {
            dims[i] = Integer.toUnsignedLong(header.getInt());
        }
        int[] shape = in.shape(dims);
        in.requireRest(type.bytes(shape));
        Array array = type.read(in, ByteOrder.BIG_ENDIAN, shape);
        in.requireEnd();
        return array;
    }

    private static ElementType type(Input in, byte code) {
        return switch (code) {
            case 0x08 -> ElementType.UINT8;
            case 0x09 -> ElementType.INT8;
            case 0x0b -> ElementType.INT16;
            case 0x0c -> ElementType.INT32;
            case 0x0d -> ElementType.FLOAT32;
            case 0x0e -> ElementType.FLOAT64;
            default -> throw in.failure("an IDX element type 8, 9, 11, 12, 13 or 14", String.valueOf(code));
        };
    }

    private static int code(Array array) {
        return switch (array.dtype()) {
            case UINT8 -> 0x08;
            case INT8 -> 0x09;
            case INT16 -> 0x0b;
            case INT32 -> 0x0c;
            case FLOAT32 -> 0x0d;
            case FLOAT64 -> 0x0e;
            case INT64, BOOL ->
                throw new ShapeException("Expected UINT8, INT8, INT16, INT32, FLOAT32 or FLOAT64, which"
                        + " IDX can hold, but found " + array + "; convert it or write .npy");
        };
    }

    /**
     * Writes a file completely or not at all, gzipped if its name ends in {@code .gz}. Equal arrays give equal files.
     *
     * @throws ShapeException if the array is INT64 or BOOL or has rank 0 or above 255
     * @throws QualmException if the file cannot be written
     */
    public static void write(Path path, Array array) {
        int code = code(array);
        int rank = array.rank();
        if (rank == 0 || rank > 255) {
            throw new ShapeException("Expected 1 to 255 dimensions, which IDX can hold, but found " + array);
        }
        boolean gzip = path.toString().toLowerCase(Locale.ROOT).endsWith(".gz");
        AtomicFile.write(path, out -> {
            if (gzip) {
                Gzip packed = new Gzip(out);
                write(packed, code, array);
                packed.finish();
            } else {
                write(out, code, array);
            }
        });
    }

    private static void write(OutputStream out, int code, Array array) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(4 + 4 * array.rank());
        header.putInt(code << 8 | array.rank());
        for (int dim : array.shape()) {
            header.putInt(dim);
        }
        out.write(header.array());
        ElementType.write(array, ByteOrder.BIG_ENDIAN, out);
    }

    /** The smallest gzip; the JDK's leaves the time of its header 0. */
    private static final class Gzip extends GZIPOutputStream {
        Gzip(OutputStream out) throws IOException {
            super(out, BUFFER);
            def.setLevel(Deflater.BEST_COMPRESSION);
        }
    }
}
