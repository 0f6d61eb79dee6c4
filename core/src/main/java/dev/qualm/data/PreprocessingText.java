package dev.qualm.data;

import dev.qualm.QualmException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The textual form of a {@link Preprocessing}: keys and values as in {@code model.yaml} and on the command line.
 *
 * <table>
 * <caption>Keys</caption>
 * <tr><td>{@code resize}</td><td>{@code 224x224} (height x width), {@code 256} (shorter side) or {@code none}</td></tr>
 * <tr><td>{@code filter}</td><td>{@code bilinear}, {@code bicubic}, {@code lanczos},
 * {@code box}, {@code nearest}</td></tr>
 * <tr><td>{@code crop}</td><td>{@code 224x224} (centre),
 * {@code 224x224+8+16} (from row 8, column 16) or {@code none}</td></tr>
 * <tr><td>{@code colour}</td><td>{@code rgb}, {@code bgr}, {@code grey} or {@code stored}</td></tr>
 * <tr><td>{@code scale}</td><td>{@code 1/255} or a number</td></tr>
 * <tr><td>{@code mean}, {@code std}</td><td>numbers or fractions, separated by commas, or {@code none}</td></tr>
 * <tr><td>{@code layout}</td><td>{@code nchw} or {@code nhwc}</td></tr>
 * </table>
 */
public final class PreprocessingText {
    /** The legal keys, in the order of the steps. */
    public static final List<String> KEYS =
            List.of("resize", "filter", "crop", "colour", "scale", "mean", "std", "layout");

    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})x(\\d{1,9})");
    private static final Pattern PLACED = Pattern.compile("(\\d{1,9})x(\\d{1,9})\\+(\\d{1,9})\\+(\\d{1,9})");
    private static final Pattern LENGTH = Pattern.compile("\\d{1,9}");
    private static final Pattern NUMBER =
            Pattern.compile("[-+]?(\\d{1,20}(\\.\\d{0,30})?|\\.\\d{1,30})([eE][-+]?\\d{1,3})?");

    private PreprocessingText() {}

    static Preprocessing apply(Preprocessing p, String key, String value) {
        String v = value.strip();
        return switch (key) {
            case "resize" -> p.withResize(resize(v));
            case "filter" -> p.withFilter(one(Filter.class, key, v));
            case "crop" -> p.withCrop(crop(v));
            case "colour" -> p.withColour(v.equals("stored") ? null : one(Colour.class, key, v));
            case "scale" -> p.withScale(number(key, v));
            case "mean" -> p.withMean(numbers(key, v));
            case "std" -> p.withStd(numbers(key, v));
            case "layout" -> p.withLayout(one(Layout.class, key, v));
            default ->
                throw new QualmException(
                        "Unknown preprocessing key '" + key + "'; expected one of " + String.join(", ", KEYS));
        };
    }

    private static @Nullable Resize resize(String v) {
        Matcher size = SIZE.matcher(v);
        if (v.equals("none")) {
            return null;
        } else if (size.matches()) {
            return new Resize.To(integer(size, 1), integer(size, 2));
        } else if (LENGTH.matcher(v).matches()) {
            return new Resize.ShorterSide(Integer.parseInt(v));
        }
        throw malformed("resize", "HEIGHTxWIDTH, the length of the shorter side, or none", v);
    }

    private static @Nullable Crop crop(String v) {
        Matcher size = SIZE.matcher(v);
        Matcher placed = PLACED.matcher(v);
        if (v.equals("none")) {
            return null;
        } else if (size.matches()) {
            return Crop.centre(integer(size, 1), integer(size, 2));
        } else if (placed.matches()) {
            return new Crop(integer(placed, 1), integer(placed, 2), integer(placed, 3), integer(placed, 4));
        }
        throw malformed("crop", "HEIGHTxWIDTH, HEIGHTxWIDTH+TOP+LEFT, or none", v);
    }

    private static int integer(Matcher m, int group) {
        return Integer.parseInt(m.group(group));
    }

    static <E extends Enum<E>> E one(Class<E> type, String key, String v) {
        for (E e : type.getEnumConstants()) {
            if (text(e).equals(v)) {
                return e;
            }
        }
        throw malformed(
                key,
                "one of "
                        + List.of(type.getEnumConstants()).stream()
                                .map(PreprocessingText::text)
                                .collect(Collectors.joining(", ")),
                v);
    }

    static String text(Enum<?> e) {
        return e.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static double[] numbers(String key, String v) {
        if (v.equals("none")) {
            return new double[0];
        }
        String[] parts = v.split(",", -1);
        double[] out = new double[parts.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = number(key, parts[i].strip());
        }
        return out;
    }

    private static double number(String key, String v) {
        int slash = v.indexOf('/');
        String above = slash < 0 ? v : v.substring(0, slash).strip();
        String below = slash < 0 ? "1" : v.substring(slash + 1).strip();
        if (!NUMBER.matcher(above).matches() || !NUMBER.matcher(below).matches()) {
            throw malformed(key, "a number or a fraction such as 1/255", v);
        }
        return Double.parseDouble(above) / Double.parseDouble(below);
    }

    private static QualmException malformed(String key, String expected, String found) {
        String shown = found.length() > 60 ? found.substring(0, 60) + "..." : found;
        return new QualmException("Expected " + expected + " as " + key + ", but found '" + shown + "'");
    }

    /**
     * The settings that differ from {@link Preprocessing#NONE}; {@link #apply} of them gives the same preprocessing.
     */
    static Map<String, String> toMap(Preprocessing p) {
        Map<String, String> out = new LinkedHashMap<>();
        if (p.resize() instanceof Resize.To to) {
            out.put("resize", to.height() + "x" + to.width());
        } else if (p.resize() instanceof Resize.ShorterSide side) {
            out.put("resize", Integer.toString(side.length()));
        }
        if (p.filter() != Filter.BILINEAR) {
            out.put("filter", text(p.filter()));
        }
        Crop crop = p.crop();
        if (crop != null) {
            String place = crop.top() == Crop.CENTRED ? "" : "+" + crop.top() + "+" + crop.left();
            out.put("crop", crop.height() + "x" + crop.width() + place);
        }
        Colour colour = p.colour();
        if (colour != null) {
            out.put("colour", text(colour));
        }
        if (p.scale() != 1) {
            out.put("scale", number(p.scale()));
        }
        if (!p.mean().isEmpty()) {
            out.put("mean", p.mean().stream().map(PreprocessingText::number).collect(Collectors.joining(", ")));
        }
        if (!p.std().isEmpty()) {
            out.put("std", p.std().stream().map(PreprocessingText::number).collect(Collectors.joining(", ")));
        }
        if (p.layout() != Layout.NCHW) {
            out.put("layout", text(p.layout()));
        }
        return out;
    }

    /** The shortest text that reads back to the same double, as a fraction of one where that is what was meant. */
    private static String number(double v) {
        double inverse = Math.rint(1 / v);
        if (v > 0
                && inverse > 1
                && inverse < 100_000
                && 1 / inverse == v
                && Double.toString(v).length() > 8) {
            return "1/" + (int) inverse;
        }
        return Double.toString(v);
    }

    static String describe(Preprocessing p) {
        List<String> parts = new ArrayList<>();
        toMap(p).forEach((key, value) -> parts.add(key + "=" + value.replace(" ", "")));
        return parts.isEmpty() ? "none" : String.join(" ", parts);
    }
}
