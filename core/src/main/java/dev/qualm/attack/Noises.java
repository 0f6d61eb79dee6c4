package dev.qualm.attack;

import dev.qualm.QualmException;
import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.data.Layout;
import dev.qualm.data.Perturbations;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** All {@link Noise} by name. */
public final class Noises {
    private Noises() {}

    /** All names. */
    public static List<String> names() {
        return Arrays.stream(Noise.Kind.values()).map(Noise.Kind::text).toList();
    }

    /**
     * A noise written {@code name:strength}; the strength may be a fraction such as {@code 8/255}.
     *
     * @throws QualmException if it is none
     */
    public static Noise parse(String text, Box box, long seed) {
        String[] parts = text.split(":", -1);
        Noise.Kind kind = Noise.Kind.parse(parts[0]);
        if (parts.length == 2) {
            return new Noise(kind, Strength.parse("strength", parts[1], text), box, seed);
        }
        throw new QualmException("Expected a noise as name:strength, but found '" + text + "'");
    }

    static Array apply(Noise noise, Array batch) {
        if (batch.rank() < 2 || (noise.kind().needsImages() && batch.rank() != 4)) {
            throw new ShapeException("Expected for " + noise.kind().text() + " a batch "
                    + (noise.kind().needsImages() ? "of images [n, c, h, w]" : "[n, ...]") + ", but found " + batch);
        }
        double[] x = batch.toDoubles().clone();
        int n = batch.dim(0);
        if (n == 0) {
            return like(batch, x);
        }
        Box bounds = noise.box().spread(batch);
        int width = x.length / n;
        int channels = batch.rank() > 2 ? batch.dim(1) : 1;
        for (int i = 0; i < n; i++) {
            double[] row = Arrays.copyOfRange(x, i * width, (i + 1) * width);
            Random random = Seeds.of(noise.seed(), row, 0, width);
            double[] changed = switch (noise.kind()) {
                case GAUSSIAN, UNIFORM, SPECKLE -> add(noise, row, bounds, random);
                case SALT, PEPPER, SALT_AND_PEPPER -> salt(noise, row, channels, bounds, random);
                case CONTRAST -> contrast(noise.strength(), row, channels);
                case BLUR -> Blur.apply(row, channels, batch.dim(2), batch.dim(3), noise.strength());
                case ROTATION -> rotation(noise.strength(), row, batch, bounds);
                case JPEG -> Jpeg.apply(row, batch, bounds, noise.strength());
            };
            for (int j = 0; j < width; j++) {
                x[i * width + j] = bounds.clip(j, changed[j]);
            }
        }
        return like(batch, x);
    }

    private static Array like(Array batch, double[] values) {
        Array out = Array.of(values, batch.shape());
        return batch.dtype() == DType.FLOAT64 ? out : out.asFloat32();
    }

    private static double[] add(Noise noise, double[] row, Box bounds, Random random) {
        double[] out = row.clone();
        for (int j = 0; j < row.length; j++) {
            double draw = noise.kind() == Noise.Kind.UNIFORM ? 2 * random.nextDouble() - 1 : random.nextGaussian();
            double unit = noise.kind() == Noise.Kind.SPECKLE ? row[j] - bounds.low()[j] : bounds.unit()[j];
            out[j] += noise.strength() * draw * unit;
        }
        return out;
    }

    private static double[] salt(Noise noise, double[] row, int channels, Box bounds, Random random) {
        double[] out = row.clone();
        int plane = row.length / channels;
        for (int p = 0; p < plane; p++) {
            boolean hit = random.nextDouble() < noise.strength();
            boolean coin = random.nextBoolean();
            boolean high = noise.kind() == Noise.Kind.SALT || (noise.kind() == Noise.Kind.SALT_AND_PEPPER && coin);
            for (int j = p; hit && j < row.length; j += plane) {
                out[j] = high ? bounds.high()[j] : bounds.low()[j];
            }
        }
        return out;
    }

    private static double[] contrast(double strength, double[] row, int channels) {
        double[] out = row.clone();
        int plane = row.length / channels;
        for (int from = 0; from < row.length; from += plane) {
            double mean = Arrays.stream(row, from, from + plane).average().orElse(0);
            for (int j = from; j < from + plane; j++) {
                out[j] = strength == 0 ? row[j] : mean + (1 - strength) * (row[j] - mean);
            }
        }
        return out;
    }

    /** Channel by channel, as the value outside may differ. */
    private static double[] rotation(double degrees, double[] row, Array batch, Box bounds) {
        if (degrees == 0) {
            return row;
        }
        int plane = batch.dim(2) * batch.dim(3);
        double[] out = new double[row.length];
        for (int from = 0; from < row.length; from += plane) {
            Array image = Array.of(Arrays.copyOfRange(row, from, from + plane), batch.dim(2), batch.dim(3));
            double[] turned = Perturbations.rotate(image.asFloat32(), Layout.NCHW, degrees, bounds.low()[from])
                    .toDoubles();
            System.arraycopy(turned, 0, out, from, plane);
        }
        return out;
    }
}
