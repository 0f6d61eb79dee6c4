package dev.qualm;

/**
 * How one item of a batch fared. One bad item never costs the batch: it keeps its place, its status says why its values are
 * missing or doubtful.
 *
 * @param kind the class of the problem
 * @param detail what exactly was found, empty for {@link Kind#OK}
 */
public record Status(Kind kind, String detail) {
    /** Nothing to report. */
    public static final Status OK = new Status(Kind.OK, "");

    /** Classes of problems, stable names for machines. */
    public enum Kind {
        /** Values are as defined. */
        OK,
        /** A gradient that the method divides by is exactly zero. */
        ZERO_GRADIENT,
        /** The method's definition yields no value here. */
        UNDEFINED,
        /** The network returned NaN or infinity. */
        NON_FINITE,
        /** The item could not be read. */
        UNREADABLE
    }

    public static Status zeroGradient(String detail) {
        return new Status(Kind.ZERO_GRADIENT, detail);
    }

    public static Status undefined(String detail) {
        return new Status(Kind.UNDEFINED, detail);
    }

    public static Status nonFinite(String detail) {
        return new Status(Kind.NON_FINITE, detail);
    }

    public static Status unreadable(String detail) {
        return new Status(Kind.UNREADABLE, detail);
    }

    public boolean isOk() {
        return kind == Kind.OK;
    }

    /** {@code ok}, or the kind and the detail. */
    @Override
    public String toString() {
        String name = kind.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
        return detail.isEmpty() ? name : name + ": " + detail;
    }
}
