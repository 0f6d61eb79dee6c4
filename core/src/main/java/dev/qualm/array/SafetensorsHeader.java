package dev.qualm.array;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The header of a .safetensors file.
 *
 * @param tensors in the order of the header
 */
record SafetensorsHeader(List<Tensor> tensors, Map<String, String> metadata) {
    static final String METADATA = "__metadata__";
    /** The limit of the format's reference implementation. */
    private static final int MAX_HEADER = 100_000_000;

    private static final JsonFactory JSON = new JsonFactory();

    /**
     * One array of the data part.
     *
     * @param dims dimensions, outermost first
     * @param begin first byte in the data part
     * @param end byte after the last one
     */
    record Tensor(String name, ElementType type, List<Integer> dims, long begin, long end) {
        int[] shape() {
            return dims.stream().mapToInt(Integer::intValue).toArray();
        }
    }

    static SafetensorsHeader read(Input in) {
        long length = ByteBuffer.wrap(in.read(8, "the header length"))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong();
        if (length < 0 || length > Math.min(MAX_HEADER, in.remaining())) {
            throw in.failure(
                    "a header that fits into the file and " + MAX_HEADER + " bytes",
                    Long.toUnsignedString(length) + " bytes of header for " + in.remaining() + " of file");
        }
        byte[] bytes = in.read(length, "a header");
        if (length == 0 || bytes[0] != '{') {
            throw in.failure("a header that starts with {", "other bytes; is this a .safetensors file?");
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return new SafetensorsHeaderParser(in, text).parse();
        } catch (CharacterCodingException e) {
            throw in.failure("a header in UTF-8", "other bytes", e);
        }
    }

    /** The tensors as they lie in the file, after checking that they fill the rest of {@code in} exactly. */
    List<Tensor> byOffset(Input in) {
        List<Tensor> sorted = tensors.stream()
                .sorted(Comparator.comparingLong(Tensor::begin).thenComparingLong(Tensor::end))
                .toList();
        long at = 0;
        for (Tensor tensor : sorted) {
            long end = at + tensor.type().bytes(tensor.shape());
            if (tensor.begin() != at || tensor.end() != end) {
                throw in.failure(
                        "tensor '" + tensor.name() + "' (" + tensor.type() + tensor.dims() + ") at data bytes " + at
                                + " to " + end + ", without hole or overlap",
                        tensor.begin() + " to " + tensor.end());
            }
            at = end;
        }
        in.requireRest(at);
        return sorted;
    }

    /** Widest elements first, then by name: every array is aligned to its element size. */
    static List<Map.Entry<String, Array>> inFileOrder(Map<String, Array> arrays) {
        Comparator<Map.Entry<String, Array>> widestFirst =
                Comparator.comparingInt(e -> -e.getValue().dtype().bytes());
        return arrays.entrySet().stream()
                .sorted(widestFirst.thenComparing(Map.Entry.comparingByKey()))
                .toList();
    }

    /** Length and header for the arrays in this order, padded with spaces to a multiple of 8 bytes. */
    static byte[] write(List<Map.Entry<String, Array>> arrays, Map<String, String> metadata) throws IOException {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(header)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart(METADATA);
                for (Map.Entry<String, String> entry : new TreeMap<>(metadata).entrySet()) {
                    json.writeStringField(entry.getKey(), entry.getValue());
                }
                json.writeEndObject();
            }
            long at = 0;
            for (Map.Entry<String, Array> entry : arrays) {
                at = write(json, entry.getKey(), entry.getValue(), at);
            }
            json.writeEndObject();
        }
        int length = (header.size() + 7) / 8 * 8;
        byte[] out = new byte[8 + length];
        Arrays.fill(out, (byte) ' ');
        ByteBuffer.wrap(out).order(ByteOrder.LITTLE_ENDIAN).putLong(length).put(header.toByteArray());
        return out;
    }

    private static long write(JsonGenerator json, String name, Array array, long begin) throws IOException {
        long end = begin + (long) array.size() * array.dtype().bytes();
        json.writeObjectFieldStart(name);
        json.writeStringField("dtype", dtype(array.dtype()));
        json.writeArrayFieldStart("shape");
        for (int dim : array.shape()) {
            json.writeNumber(dim);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("data_offsets");
        json.writeNumber(begin);
        json.writeNumber(end);
        json.writeEndArray();
        json.writeEndObject();
        return end;
    }

    private static String dtype(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> "F32";
            case FLOAT64 -> "F64";
            case INT8 -> "I8";
            case UINT8 -> "U8";
            case INT16 -> "I16";
            case INT32 -> "I32";
            case INT64 -> "I64";
            case BOOL -> "BOOL";
        };
    }
}
