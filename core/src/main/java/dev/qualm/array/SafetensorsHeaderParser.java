package dev.qualm.array;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the JSON header of a .safetensors file token by token, so that a hostile one cannot build a large tree. */
final class SafetensorsHeaderParser {
    /*
     * Names are not canonicalized: the factory would keep those of every file, and names made to collide in its hash
     * table make it throw.
     */
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();
    /** No framework has more axes. */
    private static final int MAX_RANK = 64;

    private final Input in;
    private final String text;

    SafetensorsHeaderParser(Input in, String text) {
        this.in = in;
        this.text = text;
    }

    SafetensorsHeader parse() {
        try (JsonParser json = JSON.createParser(text)) {
            json.nextToken();
            List<SafetensorsHeader.Tensor> tensors = new ArrayList<>();
            Map<String, String> metadata = new LinkedHashMap<>();
            expect(json, JsonToken.START_OBJECT, "an object");
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                if (name.equals(SafetensorsHeader.METADATA)) {
                    metadata(json, metadata);
                } else {
                    tensors.add(tensor(json, name));
                }
            }
            if (json.nextToken() != null) {
                throw in.failure("one JSON object as header", "more after it");
            }
            return new SafetensorsHeader(tensors, metadata);
        } catch (JsonProcessingException e) {
            throw in.failure("a JSON header", e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw in.failure("a JSON header", e.toString(), e);
        }
    }

    private void metadata(JsonParser json, Map<String, String> into) throws IOException {
        expect(json, JsonToken.START_OBJECT, "an object of strings as metadata");
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            json.nextToken();
            expect(json, JsonToken.VALUE_STRING, "a string as metadata '" + key + "'");
            into.put(key, json.getText());
        }
    }

    private SafetensorsHeader.Tensor tensor(JsonParser json, String name) throws IOException {
        String where = "tensor '" + name + "'";
        expect(json, JsonToken.START_OBJECT, "an object as " + where);
        ElementType type = null;
        long[] dims = null;
        long[] offsets = null;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            json.nextToken();
            switch (key) {
                case "dtype" -> type = type(json, where);
                case "shape" -> dims = integers(json, where);
                case "data_offsets" -> offsets = integers(json, where);
                default -> throw in.failure("dtype, shape and data_offsets in " + where, "'" + key + "'");
            }
        }
        if (type == null || dims == null || offsets == null || offsets.length != 2) {
            throw in.failure("dtype, shape and two data_offsets in " + where, "less or more");
        }
        List<Integer> shape = Arrays.stream(in.shape(dims)).boxed().toList();
        return new SafetensorsHeader.Tensor(name, type, shape, offsets[0], offsets[1]);
    }

    private ElementType type(JsonParser json, String where) throws IOException {
        expect(json, JsonToken.VALUE_STRING, "a string as dtype of " + where);
        String dtype = json.getText();
        return switch (dtype) {
            case "BOOL" -> ElementType.BOOL;
            case "I8" -> ElementType.INT8;
            case "U8" -> ElementType.UINT8;
            case "I16" -> ElementType.INT16;
            case "U16" -> ElementType.UINT16;
            case "I32" -> ElementType.INT32;
            case "U32" -> ElementType.UINT32;
            case "I64" -> ElementType.INT64;
            case "U64" -> ElementType.UINT64;
            case "F16" -> ElementType.FLOAT16;
            case "BF16" -> ElementType.BFLOAT16;
            case "F32" -> ElementType.FLOAT32;
            case "F64" -> ElementType.FLOAT64;
            default ->
                throw in.failure(
                        "BOOL, I8 to I64, U8 to U64, F16, BF16, F32 or F64 as dtype of " + where,
                        "'" + dtype + "'; convert the tensor before saving");
        };
    }

    private long[] integers(JsonParser json, String where) throws IOException {
        expect(json, JsonToken.START_ARRAY, "an array of integers in " + where);
        List<Long> values = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            expect(json, JsonToken.VALUE_NUMBER_INT, "an array of integers in " + where);
            long value = json.getLongValue();
            if (value < 0 || values.size() == MAX_RANK) {
                throw in.failure("at most " + MAX_RANK + " integers, none negative, in " + where, value + " there");
            }
            values.add(value);
        }
        return values.stream().mapToLong(Long::longValue).toArray();
    }

    private void expect(JsonParser json, JsonToken token, String expected) {
        if (json.currentToken() != token) {
            throw in.failure(expected + " in the header", String.valueOf(json.currentToken()));
        }
    }
}
