package dev.qualm.artifact;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.qualm.UnreadableFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A JSON object from a file, whose fields are checked as they are read: a missing field, or one of another type, is an
 * {@link UnreadableFileException} that names its place.
 */
public final class Fields {
    private final ObjectNode node;
    private final String place;

    private Fields(ObjectNode node, String place) {
        this.node = node;
        this.place = place;
    }

    /**
     * The fields of an object.
     *
     * @param place what messages call it
     */
    public static Fields of(ObjectNode node, String place) {
        return new Fields(node, place);
    }

    ObjectNode node() {
        return node;
    }

    /** Names of the fields, in the order of the file. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    public boolean has(String name) {
        return node.has(name);
    }

    public String text(String name) {
        JsonNode value = node.path(name);
        return value.isTextual() ? value.textValue() : fail(name, "text", value);
    }

    public double number(String name) {
        JsonNode value = node.path(name);
        return value.isNumber() && Double.isFinite(value.doubleValue())
                ? value.doubleValue()
                : this.<Double>fail(name, "a finite number", value);
    }

    public int integer(String name) {
        JsonNode value = node.path(name);
        return value.isInt() ? value.intValue() : this.<Integer>fail(name, "an integer", value);
    }

    /** A 64-bit integer, for example a random seed. */
    public long whole(String name) {
        JsonNode value = node.path(name);
        return value.isIntegralNumber() && value.canConvertToLong()
                ? value.longValue()
                : this.<Long>fail(name, "an integer of 64 bits", value);
    }

    public boolean flag(String name) {
        JsonNode value = node.path(name);
        return value.isBoolean() ? value.booleanValue() : this.<Boolean>fail(name, "true or false", value);
    }

    /** A constant by its {@code name()}. */
    public <E extends Enum<E>> E constant(String name, Class<E> type) {
        String text = text(name);
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(text)) {
                return constant;
            }
        }
        return fail(name, "one of " + List.of(type.getEnumConstants()), node.path(name));
    }

    public Fields object(String name) {
        JsonNode value = node.path(name);
        return value instanceof ObjectNode object
                ? new Fields(object, place + "." + name)
                : fail(name, "an object", value);
    }

    public List<Fields> objects(String name) {
        List<Fields> out = new ArrayList<>();
        for (JsonNode item : list(name)) {
            String at = name + "[" + out.size() + "]";
            out.add(
                    item instanceof ObjectNode object
                            ? new Fields(object, place + "." + at)
                            : fail(at, "an object", item));
        }
        return out;
    }

    public List<String> texts(String name) {
        List<String> out = new ArrayList<>();
        for (JsonNode item : list(name)) {
            out.add(item.isTextual() ? item.textValue() : fail(name + "[" + out.size() + "]", "text", item));
        }
        return out;
    }

    private ArrayNode list(String name) {
        JsonNode value = node.path(name);
        return value instanceof ArrayNode array ? array : fail(name, "a list", value);
    }

    /** The error for a field whose value makes no sense; {@code expected} completes the sentence. */
    public UnreadableFileException failure(String name, String expected) {
        return failure(name, expected, node.path(name));
    }

    private UnreadableFileException failure(String name, String expected, JsonNode found) {
        String text =
                found.isMissingNode() ? "nothing" : found.getNodeType().name().toLowerCase(Locale.ROOT);
        if (found.isValueNode()) {
            String value = found.asText();
            text += " " + (value.length() > 40 ? value.substring(0, 40) + "..." : value);
        }
        return new UnreadableFileException("Cannot use " + place + ": expected " + expected + " as '" + name
                + "', but found " + text + "; was the file written by another version of Qualm?");
    }

    private <T> T fail(String name, String expected, JsonNode found) {
        throw failure(name, expected, found);
    }
}
