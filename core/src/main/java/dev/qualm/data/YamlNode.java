package dev.qualm.data;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.qualm.UnreadableFileException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A YAML document of plain text, lists and maps, every node with its line. */
sealed interface YamlNode {
    /** 1-based line in the file. */
    int line();

    /** Text exactly as written (a number stays as it was typed). */
    record Text(String value, int line) implements YamlNode {}

    /** A list. */
    record Items(List<YamlNode> values, int line) implements YamlNode {}

    /** A map; keys in file order. */
    record Entries(Map<String, YamlNode> values, int line) implements YamlNode {}

    /** An empty value or null. */
    record Empty(int line) implements YamlNode {}

    /**
     * Parses a document.
     *
     * @param name what errors call the file
     * @throws UnreadableFileException for malformed YAML, and for what a settings file has no use for: anchors,
     *     aliases, tags, repeated keys, a second document, deep nesting
     */
    static YamlNode parse(byte[] document, String name) {
        // The byte form finds the encoding itself; malformed UTF-8 is an error of the parser.
        try (YAMLParser parser = new YAMLFactory().createParser(document)) {
            if (parser.nextToken() == null) {
                return new Empty(1);
            }
            YamlNode root = node(parser, name, 0);
            if (parser.nextToken() != null) {
                throw refused(name, parser, "expected one document, but found a second one");
            }
            return root;
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            String where = at == null ? name : name + " line " + at.getLineNr() + ", column " + at.getColumnNr();
            throw new UnreadableFileException(
                    where + ": malformed YAML (" + firstLine(e.getOriginalMessage()) + ")", e);
        } catch (IOException | RuntimeException e) {
            if (e instanceof UnreadableFileException known) {
                throw known;
            }
            throw new UnreadableFileException(
                    name + ": malformed YAML (" + firstLine(String.valueOf(e.getMessage())) + ")", e);
        }
    }

    private static String firstLine(@Nullable String message) {
        return String.valueOf(message).lines().findFirst().orElse("no reason given");
    }

    private static UnreadableFileException refused(String name, YAMLParser parser, String what) {
        return new UnreadableFileException(name + " line " + line(parser) + ": " + what);
    }

    private static int line(YAMLParser parser) {
        return parser.currentTokenLocation().getLineNr();
    }

    private static YamlNode node(YAMLParser parser, String name, int depth) throws IOException {
        int line = line(parser);
        if (parser.isCurrentAlias() || parser.getObjectId() != null || parser.getTypeId() != null) {
            throw refused(name, parser, "anchors, aliases and tags are not accepted; write the value out");
        }
        if (depth > 4) {
            throw refused(name, parser, "expected at most 4 levels of nesting");
        }
        JsonToken token = parser.currentToken();
        if (token == JsonToken.START_OBJECT) {
            Map<String, YamlNode> values = new LinkedHashMap<>();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String key = parser.currentName();
                if (values.containsKey(key)) {
                    throw refused(name, parser, "the key '" + key + "' is given twice");
                }
                parser.nextToken();
                values.put(key, node(parser, name, depth + 1));
            }
            return new Entries(values, line);
        } else if (token == JsonToken.START_ARRAY) {
            List<YamlNode> values = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                values.add(node(parser, name, depth + 1));
            }
            return new Items(values, line);
        }
        return token == JsonToken.VALUE_NULL ? new Empty(line) : new Text(parser.getText(), line);
    }
}
