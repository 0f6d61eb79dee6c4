package dev.qualm.network.onnx;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import dev.qualm.UnreadableFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Reads tensor data that lie beside the model, never outside its folder.
 *
 * @param folder the model's folder
 */
record ExternalData(Path folder) {
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
            if (offset < 0 || offset > channel.size() || needed > channel.size() - offset) {
                throw new UnreadableFileException(place + ": needs bytes " + offset + " to " + offset + " + " + needed
                        + " of " + location + ", which has " + channel.size());
            }
            return channel.map(FileChannel.MapMode.READ_ONLY, offset, needed);
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
