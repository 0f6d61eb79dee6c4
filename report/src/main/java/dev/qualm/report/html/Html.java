package dev.qualm.report.html;

import java.util.Collection;

/**
 * A piece of finished markup. Everything that enters through {@link #text} or an {@link Element} is escaped, so a
 * value of this type can be put into a page as it is.
 *
 * <p>The markup is at once HTML5 and well-formed XML: void elements are written {@code <br />}, all others get an end
 * tag, and attributes always have a quoted value. That is why one builder serves HTML and SVG, and why tests may
 * parse whole pages.
 */
public final class Html {
    /** No markup at all. */
    public static final Html EMPTY = new Html("");

    private final String markup;

    private Html(String markup) {
        this.markup = markup;
    }

    /** Escaped text. */
    public static Html text(String text) {
        return new Html(escape(text));
    }

    /** Starts an element; the name is a constant of the calling code, never data. */
    public static Element el(String name) {
        return new Element(name);
    }

    /** Starts an element with one or more space-separated classes. */
    public static Element el(String name, String classes) {
        return new Element(name).attr("class", classes);
    }

    /** The parts one after the other. */
    public static Html join(Collection<Html> parts) {
        StringBuilder out = new StringBuilder();
        parts.forEach(p -> out.append(p.markup));
        return new Html(out.toString());
    }

    /** The parts one after the other. */
    public static Html of(Html... parts) {
        StringBuilder out = new StringBuilder();
        for (Html p : parts) {
            out.append(p.markup);
        }
        return new Html(out.toString());
    }

    /** Markup written by this package itself; never reachable with data from outside. */
    static Html trusted(String markup) {
        return new Html(markup);
    }

    public boolean isEmpty() {
        return markup.isEmpty();
    }

    /**
     * Replaces the five characters with a meaning in markup by references, and every character that XML 1.0 forbids
     * (control characters, lone surrogates) as well as the bidirectional overrides, which can make a name read as
     * another one, by U+FFFD.
     */
    static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.appendCodePoint(allowed(c) ? c : 0xFFFD);
            }
        });
        return out.toString();
    }

    private static boolean allowed(int c) {
        boolean control = (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || (c >= 0x7F && c < 0xA0);
        boolean surrogate = c >= 0xD800 && c <= 0xDFFF;
        boolean bidi = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
        return !control && !surrogate && !bidi && c != 0xFFFE && c != 0xFFFF;
    }

    /** The markup. */
    @Override
    public String toString() {
        return markup;
    }
}
