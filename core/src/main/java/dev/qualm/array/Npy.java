package dev.qualm.array;

import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * NumPy's .npy files: one array each.
 *
 * <p>Reads versions 1.0 to 3.0, both byte orders, both axis orders, and the element types b1, i1 to i8, u1 to u8, f2 to
 * f8. Types without a {@link DType} widen: f2 to FLOAT32, u2 to INT32, u4 and u8 to INT64. Object arrays (pickles),
 * strings, dates, complex numbers and records are refused. Writes version 1.0, row-major, little-endian.
 *
 * <p>Source: numpy.lib.format.
 */
public final class Npy {
    private Npy() {}

    /**
     * Reads a file.
     *
     * @throws UnreadableFileException if it is missing, damaged, of an unsupported type or too large
     */
    public static Array read(Path path) {
        try (Input in = Input.open(path)) {
            return read(in);
        }
    }

    /**
     * Reads the content of a file.
     *
     * @param name what messages call it
     * @throws UnreadableFileException if it is damaged, of an unsupported type or too large
     */
    public static Array read(byte[] content, String name) {
        return read(Input.of(name, content));
    }

    /** Reads an array that fills the rest of {@code in}. */
    static Array read(Input in) {
        NpyHeader header = NpyHeader.read(in);
        int[] shape = header.shape();
        in.requireRest(header.type().bytes(shape));
        Array array;
        if (header.fortran()) {
            // Column-major elements are the row-major elements of the reversed shape.
            array = header.type().read(in, header.order(), reversed(shape)).transpose(descending(shape.length));
        } else {
            array = header.type().read(in, header.order(), shape);
        }
        in.requireEnd();
        return array;
    }

    private static int[] reversed(int[] shape) {
        int[] out = new int[shape.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = shape[out.length - 1 - i];
        }
        return out;
    }

    private static int[] descending(int rank) {
        int[] axes = new int[rank];
        for (int i = 0; i < rank; i++) {
            axes[i] = rank - 1 - i;
        }
        return axes;
    }

    /**
     * Writes a file completely or not at all.
     *
     * @throws QualmException if it cannot be written
     */
    public static void write(Path path, Array array) {
        AtomicFile.write(path, out -> write(out, array));
    }

    /** Writes the content of a file to a stream, which stays open. */
    public static void write(OutputStream out, Array array) throws IOException {
        out.write(NpyHeader.write(array));
        ElementType.write(array, ByteOrder.LITTLE_ENDIAN, out);
    }
}
