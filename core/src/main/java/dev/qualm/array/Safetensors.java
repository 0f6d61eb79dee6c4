package dev.qualm.array;

import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The content of a .safetensors file: named arrays and a text-to-text map.
 *
 * <p>Reads BOOL, I8 to I64, U8 to U64, F16, BF16, F32 and F64; types without a {@link DType} widen: F16 and BF16 to
 * FLOAT32, U16 to INT32, U32 and U64 to INT64. As the format demands, the arrays must fill the data part without
 * overlap, hole or rest. Equal content gives equal files.
 *
 * <p>Source: the safetensors format, an 8-byte little-endian header length, a JSON header, the elements.
 *
 * @param arrays by name; after reading, in the order of their elements in the file
 * @param metadata free text entries, the {@code __metadata__} of the header
 */
public record Safetensors(Map<String, Array> arrays, Map<String, String> metadata) {
    public Safetensors {
        arrays = Collections.unmodifiableMap(new LinkedHashMap<>(arrays));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        if (arrays.containsKey(SafetensorsHeader.METADATA)) {
            throw new QualmException("Expected array names other than " + SafetensorsHeader.METADATA
                    + ", which the safetensors format keeps for the metadata; rename the array");
        }
    }

    /**
     * Reads a file.
     *
     * @throws UnreadableFileException if it is missing, damaged, of an unsupported type or too large
     */
    public static Safetensors read(Path path) {
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
    public static Safetensors read(byte[] content, String name) {
        return read(Input.of(name, content));
    }

    /** Reads content that fills the rest of {@code in}. */
    static Safetensors read(Input in) {
        SafetensorsHeader header = SafetensorsHeader.read(in);
        Map<String, Array> arrays = new LinkedHashMap<>();
        for (SafetensorsHeader.Tensor tensor : header.byOffset(in)) {
            arrays.put(tensor.name(), tensor.type().read(in, ByteOrder.LITTLE_ENDIAN, tensor.shape()));
        }
        in.requireEnd();
        return new Safetensors(arrays, header.metadata());
    }

    /**
     * Writes a file completely or not at all.
     *
     * @throws QualmException if it cannot be written
     */
    public void write(Path path) {
        AtomicFile.write(path, this::write);
    }

    /** Writes the content of a file to a stream, which stays open. */
    public void write(OutputStream out) throws IOException {
        List<Map.Entry<String, Array>> order = SafetensorsHeader.inFileOrder(arrays);
        out.write(SafetensorsHeader.write(order, metadata));
        for (Map.Entry<String, Array> array : order) {
            ElementType.write(array.getValue(), ByteOrder.LITTLE_ENDIAN, out);
        }
    }
}
