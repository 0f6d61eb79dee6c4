package dev.qualm.report.html;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * An element under construction: attributes first, then content, then {@link #html()}.
 *
 * <p>Names come from code and are checked; values and text come from anywhere and are escaped. Event handlers are
 * refused, and links may only lead to a place in the page or to an inline PNG, so that a report never runs or loads
 * anything from outside.
 */
public final class Element {
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9:_-]*");
    private static final Set<String> VOID = Set.of("br", "col", "hr", "img", "link", "meta");
    private static final Set<String> RAW = Set.of("script", "style", "iframe", "object", "embed", "base");

    private final String name;
    private final StringBuilder attributes = new StringBuilder();
    private final StringBuilder content = new StringBuilder();

    Element(String name) {
        if (!NAME.matcher(name).matches() || RAW.contains(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("Not an element name a report may use: " + name);
        }
        this.name = name;
    }

    /**
     * Adds an attribute with an escaped value.
     *
     * @throws IllegalArgumentException if the name is malformed or an event handler, or a link leads out of the page
     */
    public Element attr(String attribute, String value) {
        if (!NAME.matcher(attribute).matches()
                || attribute.toLowerCase(Locale.ROOT).startsWith("on")) {
            throw new IllegalArgumentException("Not an attribute a report may use: " + attribute);
        }
        boolean link = attribute.equals("href") || attribute.equals("src") || attribute.equals("xlink:href");
        if (link && !value.startsWith("#") && !value.startsWith(DataUri.PNG)) {
            throw new IllegalArgumentException(
                    "Links must start with # or " + DataUri.PNG + ", but found " + attribute + "=" + value);
        }
        attributes
                .append(' ')
                .append(attribute)
                .append("=\"")
                .append(Html.escape(value))
                .append('"');
        return this;
    }

    /** Adds a number: as few digits as describe it to a hundredth, which in SVG is far below a pixel. */
    public Element attr(String attribute, double value) {
        return attr(attribute, Numbers.coordinate(value));
    }

    /** Appends escaped text. */
    public Element text(String text) {
        content.append(Html.escape(text));
        return this;
    }

    /** Appends finished markup. */
    public Element add(Html... children) {
        for (Html child : children) {
            content.append(child);
        }
        return this;
    }

    /** Appends an element. */
    public Element add(Element child) {
        child.appendTo(content);
        return this;
    }

    /** Appends the markup of each child. */
    public Element add(Iterable<Html> children) {
        children.forEach(content::append);
        return this;
    }

    /** The finished markup. */
    public Html html() {
        StringBuilder out = new StringBuilder(content.length() + attributes.length() + 32);
        appendTo(out);
        return Html.trusted(out.toString());
    }

    private void appendTo(StringBuilder out) {
        out.append('<').append(name).append(attributes);
        if (VOID.contains(name)) {
            if (!content.isEmpty()) {
                throw new IllegalStateException("<" + name + "> cannot have content");
            }
            out.append(" />");
        } else {
            out.append('>').append(content).append("</").append(name).append('>');
        }
    }
}
