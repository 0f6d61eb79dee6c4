package dev.qualm.attack;

import dev.qualm.QualmException;
import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import java.util.Arrays;

/**
 * The inputs a network can be given, and the unit that budgets are stated in. Per channel (axis 1), or one value for all.
 *
 * @param low smallest valid value of the network's input
 * @param high largest valid value, likewise
 * @param unit how much the network's input changes when the quantity that budgets speak of changes by 1; 1 if budgets are in
 *     units of the network's input
 */
/*
 * Where images are standardised outside the network, the network's input is (pixel - mean)/std with another std for each
 * channel: a ball of pixels is no ball of inputs. With unit = 1/std every step, projection and norm is that of the pixels.
 */
public record Box(double[] low, double[] high, double[] unit) {
    public Box {
        if (low.length == 0 || low.length != high.length || low.length != unit.length) {
            throw new ShapeException("Expected as many lower bounds as upper bounds and units, but found " + low.length
                    + ", " + high.length + " and " + unit.length);
        }
        for (int c = 0; c < low.length; c++) {
            if (!(low[c] <= high[c]) || !(unit[c] > 0)) {
                throw new QualmException("Expected low <= high and a positive unit in channel " + c + ", but found "
                        + low[c] + ", " + high[c] + " and " + unit[c]);
            }
        }
        low = low.clone();
        high = high.clone();
        unit = unit.clone();
    }

    /** Inputs between two values in every channel; budgets in units of the network's input. */
    public static Box of(double low, double high) {
        return new Box(new double[] {low}, new double[] {high}, new double[] {1});
    }

    /** Inputs between two values per channel; budgets in units of the network's input. */
    public static Box of(double[] low, double[] high) {
        double[] ones = new double[low.length];
        Arrays.fill(ones, 1);
        return new Box(low, high, ones);
    }

    /**
     * Pixels from 0 to 1 that reach the network as {@code (pixel - mean)/std}; budgets in pixels.
     *
     * @param mean per channel, or one for all
     * @param std likewise, positive
     */
    public static Box ofPixels(double[] mean, double[] std) {
        if (mean.length != std.length) {
            throw new ShapeException("Expected as many means as stds, but found " + mean.length + " and " + std.length);
        }
        double[] low = new double[mean.length];
        double[] high = new double[mean.length];
        double[] unit = new double[mean.length];
        for (int c = 0; c < mean.length; c++) {
            low[c] = (0 - mean[c]) / std[c];
            high[c] = (1 - mean[c]) / std[c];
            unit[c] = 1 / std[c];
        }
        return new Box(low, high, unit);
    }

    /**
     * How many inputs hold a value that is not valid, by more than a thousandth of the range or unit; NaN is none.
     *
     * @param batch {@code [n, ...]}
     */
    public int outside(Array batch) {
        int n = batch.dim(0);
        if (n == 0) {
            return 0;
        }
        Box bounds = spread(batch);
        int width = batch.size() / n;
        int count = 0;
        for (int i = 0; i < n; i++) {
            boolean out = false;
            for (int j = 0; j < width && !out; j++) {
                double x = batch.get(i * width + j);
                double slack = 1e-3 * Math.min(bounds.unit[j], bounds.high[j] - bounds.low[j]);
                out = x < bounds.low[j] - slack || x > bounds.high[j] + slack;
            }
            count += out ? 1 : 0;
        }
        return count;
    }

    /** Bounds and unit of each entry of one input of a batch {@code [n, ...]}. */
    public Box spread(Array batch) {
        int channels = batch.rank() > 1 ? batch.dim(1) : 1;
        if (low.length != 1 && low.length != channels) {
            throw new ShapeException("Expected bounds for 1 or " + channels + " channels, but found " + low.length);
        }
        int width = batch.dim(0) == 0 ? 0 : batch.size() / batch.dim(0);
        double[] l = new double[Math.max(1, width)];
        double[] h = new double[l.length];
        double[] u = new double[l.length];
        for (int j = 0; j < l.length; j++) {
            int c = low.length == 1 ? 0 : (int) ((long) j * channels / width);
            l[j] = low[c];
            h[j] = high[c];
            u[j] = unit[c];
        }
        return new Box(l, h, u);
    }

    /** The nearest valid value of an entry of {@link #spread}. */
    public double clip(int j, double x) {
        return Math.min(high[j], Math.max(low[j], x));
    }
}
