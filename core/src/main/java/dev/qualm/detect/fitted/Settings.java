package dev.qualm.detect.fitted;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Parameters of a detector by name, as text: {@code k=50}.
 *
 * @param values in the order of the method's own
 */
public record Settings(Map<String, String> values) {
    public Settings {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    static Settings none() {
        return new Settings(Map.of());
    }

    static Settings of(String name, Object value) {
        return none().and(name, value);
    }

    Settings and(String name, Object value) {
        Map<String, String> more = new LinkedHashMap<>(values);
        String text = value instanceof Double d
                ? new BigDecimal(String.valueOf(d)).stripTrailingZeros().toPlainString()
                : String.valueOf(value);
        more.put(name, text);
        return new Settings(more);
    }

    /** These with some replaced; a name that these lack is refused. */
    Settings replaced(String detector, Map<String, String> given) {
        Map<String, String> more = new LinkedHashMap<>(values);
        given.forEach((name, value) -> {
            DetectorException.require(
                    values.containsKey(name),
                    detector,
                    values.isEmpty() ? "no parameters" : "parameters among " + values.keySet(),
                    "'" + name + "'",
                    "leave it out");
            more.put(name, value);
        });
        return new Settings(more);
    }

    double number(String detector, String name, double low, double high) {
        double value;
        try {
            value = Double.parseDouble(text(name));
        } catch (NumberFormatException e) {
            value = Double.NaN;
        }
        DetectorException.require(
                value >= low && value <= high,
                detector,
                "a number from " + low + " to " + high + " as '" + name + "'",
                "'" + text(name) + "'",
                "give another");
        return value;
    }

    int integer(String detector, String name, int low) {
        double value = number(detector, name, low, Integer.MAX_VALUE);
        DetectorException.require(
                value == Math.rint(value), detector, "an integer as '" + name + "'", value, "give another");
        return (int) value;
    }

    <E extends Enum<E>> E choice(String detector, String name, Class<E> type) {
        for (E constant : type.getEnumConstants()) {
            if (lower(constant).equals(text(name))) {
                return constant;
            }
        }
        throw new DetectorException("Detector " + detector + ": expected one of "
                + java.util.Arrays.stream(type.getEnumConstants())
                        .map(Settings::lower)
                        .toList()
                + " as '" + name + "', but found '" + text(name) + "'; choose one of them");
    }

    static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    String text(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("There is no parameter " + name + " among " + values.keySet());
        }
        return value;
    }
}
