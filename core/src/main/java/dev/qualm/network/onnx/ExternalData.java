package dev.qualm.network.onnx;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.qualm.UnreadableFileException;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Reads tensor data that lie beside the model, never outside its folder. One object per model that is read. */
/*
 * A few bytes of the model name any stretch of a large file, and a thousand tensors may name the same one. Equal stretches
 * become one array (which also keeps tied weights tied), and what is read from a file altogether may exceed its size only by a
 * small factor. Data are read, not mapped: a file that shrinks meanwhile is an error message, not a fault.
 */
final class ExternalData {
    /** How often, on average, each byte of a data file may be read. */
    private static final int TIMES = 4;

    private final Path folder;
    private final Map<Object, Array> shared = new HashMap<>();
    private final Map<Path, Long> spent = new HashMap<>();

    /** @param folder the model's folder */
    ExternalData(Path folder) {
        this.folder = folder;
    }

    /** The array of an earlier tensor of the same type, shape and place, or a new one. */
    Array share(TensorProto t, Supplier<Array> decode) {
        Object key = List.of(t.getDataType(), t.getDimsList(), t.getExternalDataList());
        Array known = shared.get(key);
        if (known == null) {
            known = decode.get();
            shared.put(key, known);
        }
        return known;
    }

    /**
     * @param needed bytes the tensor's shape needs
     */
    ByteBuffer read(List<StringStringEntryProto> entries, long needed, String place) {
        String location = "";
        long offset = 0;
        long length = -1;
        for (StringStringEntryProto e : entries) {
            switch (e.getKey()) {
                case "location" -> location = e.getValue();
                case "offset" -> offset = number(e, place);
                case "length" -> length = number(e, place);
                default -> {
                    // checksum and later keys do not change where the bytes are
                }
            }
        }
        if (length >= 0 && length != needed) {
            throw new UnreadableFileException(
                    place + ": its shape needs " + needed + " bytes, but external data of " + length + " are declared");
        }
        Path file = inside(location, place);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (offset < 0 || offset > size || needed > size - offset) {
                throw new UnreadableFileException(place + ": needs bytes " + offset + " to " + offset + " + " + needed
                        + " of " + location + ", which has " + size);
            }
            if (needed > Integer.MAX_VALUE - 8) {
                throw new UnsupportedModelException(
                        place + ": single tensors of 2 GiB and more are not supported; it has " + needed + " bytes");
            }
            if (spent.merge(file, needed, Long::sum) > TIMES * size) {
                throw new UnreadableFileException(
                        place + ": the model reads " + location + " more than " + TIMES + " times over");
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) needed);
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, offset + bytes.position()) < 0) {
                    throw new UnreadableFileException(place + ": " + location + " shrank while it was read");
                }
            }
            return bytes.flip();
        } catch (IOException e) {
            throw new UnreadableFileException(
                    place + ": external data in " + location + " cannot be read: " + e.getMessage(), e);
        }
    }

    private Path inside(String location, String place) {
        try {
            Path relative = Path.of(location);
            if (location.isEmpty() || relative.isAbsolute()) {
                throw outside(location, place);
            }
            // Compare real paths, so that neither ".." nor a symbolic link leads out of the model's folder.
            Path real = folder.toRealPath();
            Path lexical = real.resolve(relative).normalize();
            if (!lexical.startsWith(real)) {
                throw outside(location, place);
            }
            if (!Files.isRegularFile(lexical)) {
                throw new UnreadableFileException(
                        place + ": external data file '" + location + "' is missing beside the model");
            }
            Path target = lexical.toRealPath();
            if (!target.startsWith(real)) {
                throw outside(location, place);
            }
            return target;
        } catch (InvalidPathException e) {
            throw outside(location, place);
        } catch (IOException e) {
            throw new UnreadableFileException(
                    place + ": external data in '" + location + "' cannot be read: " + e.getMessage(), e);
        }
    }

    private static UnreadableFileException outside(String location, String place) {
        return new UnreadableFileException(
                place + ": external data must lie inside the model's folder, but points to '" + location + "'");
    }

    private static long number(StringStringEntryProto e, String place) {
        try {
            return Long.parseLong(e.getValue());
        } catch (NumberFormatException x) {
            throw new UnreadableFileException(
                    place + ": external data " + e.getKey() + " must be a number, but found '" + e.getValue() + "'", x);
        }
    }
}
