package dev.qualm.artifact;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.qualm.Provenance;
import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The manifest of a {@code .qualm} file.
 *
 * @param arrays names of the arrays, in the order of their files
 */
record Manifest(String kind, String modelHash, Provenance provenance, ObjectNode content, List<String> arrays) {
    /** Written into every file; the next format raises it, and readers keep every earlier one. */
    static final int VERSION = 1;

    static final int MAX_BYTES = 64 << 20;
    static final int MAX_DEPTH = 100;
    private static final int MAX_ARRAYS = 1_000_000;
    private static final Set<String> KEYS =
            Set.of("format", "version", "kind", "model", "provenance", "content", "arrays");

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH + 1)
                            .maxStringLength(MAX_BYTES)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    static Manifest read(byte[] bytes, String place) {
        JsonNode root;
        try {
            // The mapper would guess UTF-16 and UTF-32, and replace what is not UTF-8.
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            root = JSON.readTree(text);
        } catch (CharacterCodingException | JsonProcessingException e) {
            throw new UnreadableFileException(
                    "Cannot read " + place + ": expected JSON in UTF-8, but found " + e.getMessage(), e);
        }
        if (!(root instanceof ObjectNode object)) {
            throw failure(
                    place,
                    "a JSON object",
                    root == null ? "nothing" : root.getNodeType().toString());
        }
        try {
            return read(object, place);
        } catch (UnreadableFileException e) {
            throw e;
        } catch (QualmException e) {
            throw new UnreadableFileException("Cannot read " + place + ": " + e.getMessage(), e);
        }
    }

    private static Manifest read(ObjectNode root, String place) {
        JsonNode version = root.path("version");
        if (!root.path("format").asText().equals("qualm") || !version.isIntegralNumber()) {
            throw failure(place, "\"format\": \"qualm\" and a version", "others; is this a .qualm file?");
        }
        if (!version.isInt() || version.intValue() != VERSION) {
            throw failure(
                    place,
                    "format version " + VERSION,
                    "version " + version.asText()
                            + "; read it with the version of Qualm that wrote it, or a later one");
        }
        List<String> keys = new ArrayList<>();
        root.fieldNames().forEachRemaining(keys::add);
        if (keys.size() != KEYS.size() || !KEYS.containsAll(keys)) {
            throw failure(place, "the fields " + KEYS.stream().sorted().toList(), "others");
        }
        Fields fields = Fields.of(root, place);
        Map<String, String> provenance = new LinkedHashMap<>();
        Fields entries = fields.object("provenance");
        for (String key : entries.names()) {
            provenance.put(key, entries.text(key));
        }
        List<String> arrays = fields.texts("arrays");
        checkNames(arrays);
        return new Manifest(
                fields.text("kind"),
                fields.text("model"),
                new Provenance(provenance),
                canonical(fields.object("content").node()),
                arrays);
    }

    static byte[] write(Artifact artifact) throws IOException {
        ObjectNode root = JSON.createObjectNode();
        root.put("format", "qualm");
        root.put("version", VERSION);
        root.put("kind", artifact.kind());
        root.put("model", artifact.modelHash());
        ObjectNode provenance = root.putObject("provenance");
        artifact.provenance().entries().forEach(provenance::put);
        root.set("content", artifact.content());
        ArrayNode arrays = root.putArray("arrays");
        artifact.arrays().keySet().forEach(arrays::add);
        byte[] bytes = JSON.writeValueAsBytes(root);
        if (bytes.length > MAX_BYTES) {
            throw new QualmException("Expected at most " + MAX_BYTES + " bytes of JSON, but found " + bytes.length
                    + "; save long lists of numbers as arrays");
        }
        try {
            read(bytes, "the manifest");
        } catch (UnreadableFileException e) {
            // Broken surrogate pairs, which some Java strings hold.
            throw new QualmException(
                    "Expected names and text that can be read back, but found others: " + e.getMessage(), e);
        }
        return bytes;
    }

    /** A copy that equals itself after being written and read: one kind of node for each number. */
    static ObjectNode canonical(ObjectNode content) {
        requirePlain(content, 1);
        try {
            return (ObjectNode) JSON.readTree(JSON.writeValueAsString(content));
        } catch (JsonProcessingException e) {
            throw new QualmException("Expected content that can be written as JSON, but found " + e.getMessage(), e);
        }
    }

    private static void requirePlain(JsonNode node, int depth) {
        if (depth > MAX_DEPTH) {
            throw new QualmException(
                    "Expected content at most " + MAX_DEPTH + " objects or lists deep, but found more");
        }
        boolean plain = switch (node.getNodeType()) {
            case ARRAY, OBJECT, STRING, BOOLEAN, NULL -> true;
            case NUMBER -> node.isIntegralNumber() || Double.isFinite(node.doubleValue());
            case BINARY, POJO, MISSING -> false;
        };
        if (!plain) {
            throw new QualmException("Expected finite numbers, text, booleans, lists and objects as content, but found "
                    + node.getNodeType() + " " + node.asText() + "; save infinities and NaN inside arrays");
        }
        for (JsonNode child : node) {
            requirePlain(child, depth + 1);
        }
    }

    /** Names in strictly ascending order, none empty or reserved, not too many. */
    static void checkNames(Collection<String> names) {
        CharsetEncoder encoder = StandardCharsets.UTF_8.newEncoder();
        String before = "";
        for (String name : names) {
            if (name.compareTo(before) <= 0 || name.equals("__metadata__") || !encoder.canEncode(name)) {
                throw new QualmException(
                        "Expected names of arrays that are valid Unicode, not empty, not __metadata__, sorted and"
                                + " different, but found '" + name + "' after '" + before + "'");
            }
            before = name;
        }
        if (names.size() > MAX_ARRAYS) {
            throw new QualmException(
                    "Expected at most " + MAX_ARRAYS + " arrays, but found " + names.size() + "; join some of them");
        }
    }

    private static UnreadableFileException failure(String place, String expected, String found) {
        return new UnreadableFileException("Cannot read " + place + ": expected " + expected + ", but found " + found);
    }
}
