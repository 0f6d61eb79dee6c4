package dev.qualm.report.html;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/** Numbers for people: locale-free, with a true minus sign, and a dash where there is none. */
public final class Numbers {
    /** Stands for a missing value; the reason belongs beside it. */
    public static final String MISSING = "–";

    private static final char MINUS = '−';

    private Numbers() {}

    /** Fixed digits after the point: {@code 0.912}; NaN is {@link #MISSING}, infinities are {@code ∞}. */
    public static String fixed(double value, int digits) {
        if (!Double.isFinite(value)) {
            return nonFinite(value);
        }
        String s =
                BigDecimal.valueOf(value).setScale(digits, RoundingMode.HALF_UP).toPlainString();
        boolean zero = s.chars().allMatch(c -> c == '-' || c == '0' || c == '.');
        return sign(zero && s.startsWith("-") ? s.substring(1) : s);
    }

    /** About {@code digits} significant digits, as {@code 1234}, {@code 0.0123} or {@code 1.2e−7}. */
    public static String significant(double value, int digits) {
        if (!Double.isFinite(value)) {
            return nonFinite(value);
        }
        if (value == 0) {
            return "0";
        }
        int exponent = (int) Math.floor(Math.log10(Math.abs(value)));
        if (exponent < -4 || exponent > 6) {
            String s = String.format(Locale.ROOT, "%." + Math.max(0, digits - 1) + "e", value);
            return sign(s.replace("e+0", "e").replace("e-0", "e-").replace("e+", "e"));
        }
        return fixed(value, Math.max(0, digits - 1 - exponent));
    }

    /** A count with thin spaces between thousands: {@code 12 000}. */
    public static String count(long value) {
        return sign(String.format(Locale.ROOT, "%,d", value).replace(',', '\u2009'));
    }

    /** A duration that was measured in milliseconds, in the unit that reads best. */
    public static String millis(double ms) {
        if (!Double.isFinite(ms)) {
            return nonFinite(ms);
        }
        if (ms >= 10_000) {
            return significant(ms / 1000, 3) + "\u00A0s";
        }
        return ms < 0.1 ? significant(ms * 1000, 2) + "\u00A0µs" : significant(ms, ms < 10 ? 2 : 3) + "\u00A0ms";
    }

    /** For markup attributes: at most two digits after the point, ASCII only. */
    public static String coordinate(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("A coordinate must be finite, but found " + value);
        }
        double r = Math.rint(value * 100) / 100;
        return r == Math.rint(r) && Math.abs(r) < 1e15
                ? Long.toString((long) r)
                : BigDecimal.valueOf(r).stripTrailingZeros().toPlainString();
    }

    private static String nonFinite(double value) {
        return Double.isNaN(value) ? MISSING : value > 0 ? "∞" : MINUS + "∞";
    }

    private static String sign(String s) {
        return s.replace('-', MINUS);
    }
}
