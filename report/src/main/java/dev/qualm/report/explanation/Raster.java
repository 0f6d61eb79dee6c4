package dev.qualm.report.explanation;

import java.awt.image.BufferedImage;

/** Changes of size: whole multiples up, averages over areas down. */
final class Raster {
    private Raster() {}

    /**
     * How large a picture is drawn in a square of {@code side}: the largest whole multiple that fits, or as much smaller as it must
     * be.
     *
     * @return {@code {width, height}}, at least 1
     */
    static int[] fitted(int width, int height, int side) {
        int longer = Math.max(width, height);
        if (longer <= side) {
            int multiple = side / longer;
            return new int[] {width * multiple, height * multiple};
        }
        double factor = (double) side / longer;
        return new int[] {(int) Math.max(1, Math.round(width * factor)), (int) Math.max(1, Math.round(height * factor))
        };
    }

    /** Every pixel as a square of {@code multiple} pixels. */
    static BufferedImage enlarged(BufferedImage image, int multiple) {
        int w = image.getWidth() * multiple;
        int h = image.getHeight() * multiple;
        BufferedImage out = new BufferedImage(w, h, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                out.setRGB(x, y, image.getRGB(x / multiple, y / multiple));
            }
        }
        return out;
    }

    /** In a square of {@code side}, after {@link #fitted}. */
    static BufferedImage fit(BufferedImage image, int side) {
        int[] size = fitted(image.getWidth(), image.getHeight(), side);
        return size[0] >= image.getWidth() && size[1] >= image.getHeight()
                ? enlarged(image, size[0] / image.getWidth())
                : averaged(image, size[0], size[1]);
    }

    private static BufferedImage averaged(BufferedImage image, int width, int height) {
        int n = image.getWidth() * image.getHeight();
        int[] rgb = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        int[] out = new int[width * height];
        for (int shift = 0; shift <= 16; shift += 8) {
            double[] channel = new double[n];
            for (int i = 0; i < n; i++) {
                channel[i] = rgb[i] >> shift & 255;
            }
            double[] small = averaged(channel, image.getHeight(), image.getWidth(), height, width);
            for (int i = 0; i < out.length; i++) {
                out[i] |= (int) Math.round(small[i]) << shift;
            }
        }
        BufferedImage result = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        result.setRGB(0, 0, width, height, out, 0, width);
        return result;
    }

    /** Each new value is the mean of the area it covers, NaN left out; NaN where nothing else is there. */
    static double[] averaged(double[] values, int height, int width, int newHeight, int newWidth) {
        double[] out = new double[newHeight * newWidth];
        for (int y = 0; y < newHeight; y++) {
            double top = (double) y * height / newHeight;
            double bottom = (double) (y + 1) * height / newHeight;
            for (int x = 0; x < newWidth; x++) {
                double left = (double) x * width / newWidth;
                double right = (double) (x + 1) * width / newWidth;
                out[y * newWidth + x] =
                        mean(values, width, top, Math.min(bottom, height), left, Math.min(right, width));
            }
        }
        return out;
    }

    private static double mean(double[] values, int width, double top, double bottom, double left, double right) {
        double sum = 0;
        double area = 0;
        for (int y = (int) top; y < bottom; y++) {
            double high = Math.min(bottom, y + 1) - Math.max(top, y);
            for (int x = (int) left; x < right; x++) {
                double weight = high * (Math.min(right, x + 1) - Math.max(left, x));
                double v = values[y * width + x];
                if (weight > 0 && !Double.isNaN(v)) {
                    sum += weight * v;
                    area += weight;
                }
            }
        }
        return area > 0 ? sum / area : Double.NaN;
    }
}
