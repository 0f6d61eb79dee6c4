package dev.qualm.report.chart;

import java.util.Locale;

/** An opaque sRGB colour; channels in 0 to 255. */
public record Rgb(int r, int g, int b) {
    public Rgb {
        if (((r | g | b) & ~255) != 0) {
            throw new IllegalArgumentException("Channels must be in 0 to 255, but found " + r + ", " + g + ", " + b);
        }
    }

    /** Reads {@code #rrggbb}. */
    public static Rgb of(String hex) {
        if (!hex.matches("#[0-9a-fA-F]{6}")) {
            throw new IllegalArgumentException("Expected a colour like #1844c4, but found " + hex);
        }
        int v = Integer.parseInt(hex.substring(1), 16);
        return new Rgb(v >> 16, v >> 8 & 255, v & 255);
    }

    /** {@code #rrggbb}. */
    public String hex() {
        return String.format(Locale.ROOT, "#%02x%02x%02x", r, g, b);
    }

    /** Packed as {@code 0xRRGGBB}. */
    public int packed() {
        return r << 16 | g << 8 | b;
    }

    /** Relative luminance after WCAG 2.2, in 0 to 1. */
    public double luminance() {
        return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    }

    /** Contrast ratio after WCAG 2.2, 1 (none) to 21 (black on white). */
    public double contrast(Rgb other) {
        double x = luminance() + 0.05;
        double y = other.luminance() + 0.05;
        return Math.max(x, y) / Math.min(x, y);
    }

    /** This colour with opacity {@code alpha} painted over an opaque background, as a browser does it (in sRGB). */
    public Rgb over(Rgb background, double alpha) {
        return new Rgb(
                (int) Math.round(background.r + alpha * (r - background.r)),
                (int) Math.round(background.g + alpha * (g - background.g)),
                (int) Math.round(background.b + alpha * (b - background.b)));
    }

    /** The colour a share {@code t} of the way to another one, in OKLab, so that equal steps look equal. */
    public Rgb mix(Rgb to, double t) {
        double[] a = oklab();
        double[] b2 = to.oklab();
        return fromOklab(a[0] + t * (b2[0] - a[0]), a[1] + t * (b2[1] - a[1]), a[2] + t * (b2[2] - a[2]));
    }

    /**
     * Lightness, green-red and blue-yellow in OKLab (Ottosson 2020); Euclidean distance there is perceived
     * difference.
     */
    public double[] oklab() {
        return oklab(linear(r), linear(g), linear(b));
    }

    /** OKLab of linear-light sRGB channels in 0 to 1. */
    static double[] oklab(double r, double g, double b) {
        double l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
        double m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
        double s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
        return new double[] {
            0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s
        };
    }

    private static Rgb fromOklab(double lightness, double a, double b) {
        double l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b);
        double m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b);
        double s = cube(lightness - 0.0894841775 * a - 1.2914855480 * b);
        return new Rgb(
                channel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
                channel(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
                channel(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s));
    }

    private static double cube(double v) {
        return v * v * v;
    }

    /** A channel of 0 to 255 as linear light in 0 to 1. */
    static double linear(int channel) {
        double c = channel / 255.0;
        return c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
    }

    private static int channel(double linear) {
        double c = linear <= 0.0031308 ? 12.92 * linear : 1.055 * Math.pow(linear, 1 / 2.4) - 0.055;
        return (int) Math.round(255 * Math.min(1, Math.max(0, c)));
    }
}
