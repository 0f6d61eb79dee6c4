package dev.qualm.cli;

import dev.qualm.array.Array;
import dev.qualm.attack.Box;
import dev.qualm.data.Colour;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.data.ModelDescription;
import dev.qualm.network.Network;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Inputs of a network in a form that becomes the same inputs when it is read like any other data for that network.
 *
 * @param inputs what is to be stored
 * @param note how to read it, if the usual way does not lead back; else null
 */
record StoredForm(Array inputs, @Nullable String note) {
    /** Rows that are tried. */
    private static final int TRIED = 8;

    private static final double TOLERANCE = 1e-5;

    /**
     * Tries the inputs themselves, then pixels of 0 to 1 and of 0 to 255, by reading them back.
     *
     * @param box black and white as inputs, and their distance
     */
    static StoredForm of(
            Array inputs,
            Network network,
            ModelDescription description,
            PreprocessOptions preprocessing,
            AttackedItems items) {
        List<Array> candidates = new ArrayList<>(List.of(inputs));
        if (items.pixels()) {
            boolean bgr = items.fit().steps().colour() == Colour.BGR;
            candidates.add(pixels(inputs, items.bounds().box(), 1, bgr));
            candidates.add(pixels(inputs, items.bounds().box(), 255, bgr));
        }
        int few = Math.min(TRIED, inputs.dim(0));
        double unit = items.bounds().box().unit()[0];
        for (Array candidate : candidates) {
            if (gap(inputs.slice(0, few), candidate.slice(0, few), network, description, preprocessing)
                    < TOLERANCE * unit) {
                return new StoredForm(candidate, null);
            }
        }
        return new StoredForm(
                inputs,
                "inputs are stored as the model takes them, since its preprocessing cannot be undone; read them with"
                        + " --preprocess resize=none --preprocess crop=none --preprocess scale=1 --preprocess mean=0"
                        + " --preprocess std=1");
    }

    private static double gap(
            Array inputs,
            Array candidate,
            Network network,
            ModelDescription description,
            PreprocessOptions preprocessing) {
        try {
            Array back = InputFit.of(network, description, preprocessing, Dataset.of(candidate, Layout.NCHW, null))
                    .data()
                    .all();
            if (!java.util.Arrays.equals(back.shape(), inputs.shape())) {
                return Double.POSITIVE_INFINITY;
            }
            double most = 0;
            for (int j = 0; j < inputs.size(); j++) {
                double off = Math.abs(back.get(j) - inputs.get(j));
                most = Double.isNaN(inputs.get(j)) ? most : Math.max(most, off);
            }
            return most;
        } catch (dev.qualm.QualmException e) {
            // What cannot even be read is no way to store it.
            return Double.POSITIVE_INFINITY;
        }
    }

    private static Array pixels(Array inputs, Box box, double white, boolean bgr) {
        int channels = inputs.dim(1);
        int area = inputs.dim(2) * inputs.dim(3);
        float[] x = inputs.toFloats();
        float[] out = new float[x.length];
        for (int j = 0; j < x.length; j++) {
            int c = j / area % channels;
            int k = box.low().length == 1 ? 0 : c;
            int to = bgr ? j + (channels - 1 - 2 * c) * area : j;
            out[to] = (float) ((x[j] - box.low()[k]) / box.unit()[k] * white);
        }
        return Array.of(out, inputs.shape());
    }
}
