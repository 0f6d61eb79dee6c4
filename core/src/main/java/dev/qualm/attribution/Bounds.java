package dev.qualm.attribution;

import dev.qualm.array.Array;
import dev.qualm.network.GraphWriter;
import dev.qualm.network.graph.Node;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/**
 * The least and largest value that an input can have, per channel, or one of each for all.
 *
 * @param low in the model's space, after normalisation
 * @param high likewise
 */
public record Bounds(double[] low, double[] high) {
    public Bounds {
        if (low.length == 0 || low.length != high.length) {
            throw new IllegalArgumentException("Expected as many lows as highs, but found " + Arrays.toString(low)
                    + " and " + Arrays.toString(high));
        }
        low = low.clone();
        high = high.clone();
    }

    /** The same bounds for all channels. */
    public static Bounds of(double low, double high) {
        return new Bounds(new double[] {low}, new double[] {high});
    }

    double low(int channel) {
        return of(low, channel);
    }

    double high(int channel) {
        return of(high, channel);
    }

    private static double of(double[] values, int channel) {
        if (values.length > 1 && channel >= values.length) {
            throw new IllegalArgumentException(
                    "Expected bounds for channel " + channel + " too, but found " + values.length);
        }
        return values[values.length == 1 ? 0 : channel];
    }

    /** A constant like input 0 of a node, for a batch of one, with one value per channel (axis 1). */
    static String constant(GraphWriter w, Node n, IntToDoubleFunction perChannel) {
        int[] shape = java.util.Objects.requireNonNull(w.shape(n.input(0))).clone();
        shape[0] = 1;
        int size = Array.size(shape);
        int inner = 1;
        for (int a = 2; a < shape.length; a++) {
            inner *= shape[a];
        }
        double[] values = new double[size];
        for (int i = 0; i < size; i++) {
            values[i] = perChannel.applyAsDouble(shape.length == 1 ? 0 : i / inner % shape[1]);
        }
        return w.weight(values, java.util.Objects.requireNonNull(w.constant(n.input(1))), shape);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Bounds b && Arrays.equals(low, b.low) && Arrays.equals(high, b.high);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(low) + Arrays.hashCode(high);
    }

    @Override
    public String toString() {
        return Arrays.toString(low) + ".." + Arrays.toString(high);
    }
}
