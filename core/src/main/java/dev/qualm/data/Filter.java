package dev.qualm.data;

/** How a pixel of a resized image is made from the pixels of the original. Names and formulas are Pillow's. */
public enum Filter {
    /** The pixel under the centre of the new one; no averaging, aliases when shrinking. */
    NEAREST(0),
    /** Mean of the covered pixels. */
    BOX(0.5),
    /** Triangle; widened when shrinking, so antialiased. The usual choice of training pipelines. */
    BILINEAR(1),
    /** Cubic convolution with a = -0.5 (Keys 1981); widened when shrinking. */
    BICUBIC(2),
    /** Windowed sinc over three lobes; widened when shrinking. */
    LANCZOS(3);

    private final double support;

    Filter(double support) {
        this.support = support;
    }

    /** Half width of the filter in pixels when nothing is shrunk. */
    double support() {
        return support;
    }

    /** The weight at distance {@code x} (in pixels) from the centre; 0 outside the support. */
    double weight(double x) {
        return switch (this) {
            case NEAREST -> x == 0 ? 1 : 0;
            // Half open, so that a pixel on the border between two boxes belongs to one of them.
            case BOX -> x > -0.5 && x <= 0.5 ? 1 : 0;
            case BILINEAR -> Math.max(0, 1 - Math.abs(x));
            case BICUBIC -> cubic(Math.abs(x));
            case LANCZOS -> x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
        };
    }

    private static double cubic(double x) {
        double a = -0.5;
        if (x < 1) {
            return ((a + 2) * x - (a + 3)) * x * x + 1;
        }
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    }

    private static double sinc(double x) {
        if (x == 0) {
            return 1;
        }
        double p = x * Math.PI;
        return Math.sin(p) / p;
    }
}
