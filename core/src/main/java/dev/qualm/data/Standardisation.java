package dev.qualm.data;

import dev.qualm.QualmException;
import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import java.util.List;

/**
 * Mean and standard deviation of each channel of a data set (each column of a table), to be learnt from training data
 * and applied to everything.
 *
 * @param mean per channel
 * @param std per channel, the population's; 1 where all values are equal, so that they become 0
 */
public record Standardisation(List<Double> mean, List<Double> std) {
    private static final int CHUNK = 64;

    public Standardisation {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
    }

    /**
     * Statistics of all readable items, with the data set's preprocessing applied. Channels are the columns of rows,
     * and of images the axis that {@code layout} names.
     *
     * @throws QualmException if no item can be read or a value is not finite
     */
    public static Standardisation of(Dataset data, Layout layout) {
        int[] shape = data.itemShape();
        if (shape.length < 1 || shape.length > 3) {
            throw new ShapeException(
                    "Expected rows, [h, w] or images with channels to standardise, but found items of rank "
                            + shape.length + " in " + data);
        }
        int channels = shape.length == 2 ? 1 : layout == Layout.NCHW ? shape[0] : shape[shape.length - 1];
        int size = Array.size(shape);
        // How many consecutive values of an item belong to the same channel.
        int run = shape.length == 1 || layout == Layout.NHWC ? 1 : size / Math.max(1, channels);
        // Welford's update: one pass, no cancellation.
        double[] mean = new double[channels];
        double[] squares = new double[channels];
        long[] count = new long[channels];
        for (int from = 0; from < data.size(); from += CHUNK) {
            Batch batch = data.read(from, Math.min(data.size(), from + CHUNK));
            for (int item = 0; item < batch.size(); item++) {
                for (int i = 0; batch.status().get(item).ok() && i < size; i++) {
                    double v = batch.inputs().get(item * size + i);
                    if (!Double.isFinite(v)) {
                        throw new QualmException("Expected finite values to standardise, but item "
                                + batch.ids().get(item) + " has " + v);
                    }
                    int c = i / run % channels;
                    double delta = v - mean[c];
                    mean[c] += delta / ++count[c];
                    squares[c] += delta * (v - mean[c]);
                }
            }
        }
        Double[] std = new Double[channels];
        Double[] means = new Double[channels];
        for (int c = 0; c < channels; c++) {
            if (count[c] == 0) {
                throw new QualmException("Nothing to standardise: no item of " + data + " can be read");
            }
            double deviation = Math.sqrt(squares[c] / count[c]);
            std[c] = deviation > 0 ? deviation : 1;
            means[c] = mean[c];
        }
        return new Standardisation(List.of(means), List.of(std));
    }

    /** {@code steps} with this mean and standard deviation. */
    public Preprocessing applyTo(Preprocessing steps) {
        return steps.withMean(mean.stream().mapToDouble(v -> v).toArray())
                .withStd(std.stream().mapToDouble(v -> v).toArray());
    }
}
