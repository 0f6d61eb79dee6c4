package dev.qualm.array;

import dev.qualm.UnreadableFileException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A file being read, front to back: its name and position for messages, and how many bytes it can still give.
 *
 * <p>Every I/O error, end of data and broken compression becomes an {@link UnreadableFileException} here, so that the
 * codecs above never see another exception.
 */
final class Input implements AutoCloseable {
    /** Deflate spends at least 2 bits on 258 bytes, so a declared size above this multiple of its source is a lie. */
    static final long MAX_INFLATION = 1032;

    private final String name;
    private final InputStream stream;
    private final long limit;
    private final boolean exact;
    private long position;

    private Input(String name, InputStream stream, long limit, boolean exact) {
        this.name = name;
        this.stream = stream;
        this.limit = limit;
        this.exact = exact;
    }

    /** A source of exactly {@code length} bytes. */
    static Input of(String name, InputStream stream, long length) {
        return new Input(name, stream, length, true);
    }

    /** A deflated source: its real length shows only at its end, but {@code compressed} bytes bound it. */
    static Input inflating(String name, InputStream stream, long compressed) {
        long bound = compressed > Long.MAX_VALUE / MAX_INFLATION ? Long.MAX_VALUE : compressed * MAX_INFLATION;
        return new Input(name, stream, bound, false);
    }

    static Input of(String name, byte[] bytes) {
        return of(name, new ByteArrayInputStream(bytes), bytes.length);
    }

    static Input open(Path path) {
        long length = length(path);
        try {
            return of(path.toString(), Files.newInputStream(path), length);
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    /** Size of a regular file in bytes; pipes, devices and directories have none and are refused. */
    static long length(Path path) {
        if (!Files.exists(path)) {
            throw new UnreadableFileException(
                    "Cannot read " + path + ": expected a file, but found none; check the path");
        }
        if (!Files.isRegularFile(path)) {
            throw new UnreadableFileException(
                    "Cannot read " + path + ": expected a regular file, but found a directory or device");
        }
        try {
            return Files.size(path);
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    static UnreadableFileException unreadable(Path path, Exception cause) {
        return new UnreadableFileException("Cannot read " + path + ": " + cause, cause);
    }

    /** Bytes still to come: the exact number, or an upper bound for a deflated source. */
    long remaining() {
        return limit - position;
    }

    /** Fills {@code target[0 .. n)}. */
    void read(byte[] target, int n) {
        int got;
        try {
            got = stream.readNBytes(target, 0, n);
        } catch (IOException e) {
            throw new UnreadableFileException("Cannot read " + name + " at byte " + position + ": " + e, e);
        }
        if (got < n) {
            throw failure(n + " more bytes", "the end after " + got);
        }
        position += n;
    }

    /** The next {@code n} bytes; refused before allocation if the source cannot hold them. */
    byte[] read(long n, String what) {
        if (n > remaining() || n > Integer.MAX_VALUE - 8) {
            throw failure(what + " of " + n + " bytes", "at most " + remaining() + " left");
        }
        byte[] bytes = new byte[(int) n];
        read(bytes, bytes.length);
        return bytes;
    }

    /**
     * Refuses a payload of {@code bytes} that the rest of the source cannot be. Call it before allocating the payload.
     */
    void requireRest(long bytes) {
        if (exact ? bytes != remaining() : bytes > remaining()) {
            throw failure(bytes + " bytes of elements", (exact ? "" : "at most ") + remaining());
        }
    }

    /** Refuses anything after the payload; for gzip this also verifies the checksum at the end. */
    void requireEnd() {
        int next;
        try {
            next = stream.read();
        } catch (IOException e) {
            throw new UnreadableFileException("Cannot read " + name + " at its end: " + e, e);
        }
        if (next >= 0) {
            throw failure("the end", "more bytes");
        }
    }

    /** Checked dimensions of an {@link Array}: none negative, at most 2^31 - 1 elements. */
    int[] shape(long... dims) {
        int[] shape = new int[dims.length];
        long size = 1;
        for (int i = 0; i < dims.length; i++) {
            if (dims[i] < 0 || dims[i] > Integer.MAX_VALUE) {
                throw failure("dimensions from 0 to 2^31 - 1", Arrays.toString(dims));
            }
            shape[i] = (int) dims[i];
            // Both factors are below 2^31, so the product cannot overflow before it is refused.
            size *= dims[i];
            if (size > Integer.MAX_VALUE) {
                throw failure("at most 2^31 - 1 elements", "shape " + Arrays.toString(dims));
            }
        }
        return shape;
    }

    /** The error for this place; {@code expected} and {@code found} complete the sentence. */
    UnreadableFileException failure(String expected, String found) {
        return new UnreadableFileException(message(expected, found));
    }

    UnreadableFileException failure(String expected, String found, Throwable cause) {
        return new UnreadableFileException(message(expected, found), cause);
    }

    private String message(String expected, String found) {
        return "Cannot read " + name + " at byte " + position + ": expected " + expected + ", but found " + found;
    }

    @Override
    public void close() {
        try {
            stream.close();
        } catch (IOException e) {
            throw new UnreadableFileException("Cannot close " + name + ": " + e, e);
        }
    }
}
