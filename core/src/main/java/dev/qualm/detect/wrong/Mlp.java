package dev.qualm.detect.wrong;

import dev.qualm.array.Array;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A fitted network for rows: linear layers with ReLU between them, and the sigmoid of the one number at the end. Dropout is not there: it
 * belongs to training.
 */
/*
 * Plain Java instead of the engine: a few hundred thousand products a row, no native memory to hold, and rows that do not change each
 * other's last bit. Weights lie input by input, so that the inner loop adds a multiple of a row, which the compiler vectorises, and
 * inputs of zero, half of them after a ReLU, are skipped.
 */
public final class Mlp implements FittedModel {
    static final String KIND = "mlp";

    /**
     * A linear layer.
     *
     * @param weights input by input, {@code [inputs * outputs]}
     * @param bias {@code [outputs]}
     */
    private record Layer(float[] weights, float[] bias) {
        int inputs() {
            return weights.length / bias.length;
        }
    }

    private final List<Layer> layers;

    private Mlp(List<Layer> layers) {
        this.layers = List.copyOf(layers);
        int outputs = layers.get(0).inputs();
        for (Layer layer : layers) {
            FitException.require(
                    layer.inputs() == outputs && layer.inputs() * layer.bias().length == layer.weights().length,
                    "a layer of " + outputs,
                    "inputs, as many as the one before has outputs",
                    layer.inputs());
            outputs = layer.bias().length;
            for (float w : layer.weights()) {
                FitException.require(Float.isFinite(w), "finite weights", "everywhere", w);
            }
            for (float b : layer.bias()) {
                FitException.require(Float.isFinite(b), "finite biases", "everywhere", b);
            }
        }
        FitException.require(outputs == 1, "a last layer", "of one output", outputs);
    }

    /**
     * From the weights of a trained graph.
     *
     * @param weights {@code NAME.weight [outputs, inputs]} and {@code NAME.bias [outputs]} of each layer
     * @param names of the layers in order
     */
    static Mlp of(Map<String, Array> weights, List<String> names) {
        SavedArrays saved = new SavedArrays(KIND, weights);
        return new Mlp(names.stream()
                .map(name -> new Layer(
                        saved.array(name + ".weight", 2).transpose(1, 0).toFloats(),
                        saved.array(name + ".bias", 1).toFloats().clone()))
                .toList());
    }

    static Mlp of(SavedArrays saved) {
        List<String> names = new java.util.ArrayList<>();
        while (saved.arrays().containsKey("fc" + (names.size() + 1) + ".weight")) {
            names.add("fc" + (names.size() + 1));
        }
        FitException.require(
                !names.isEmpty(),
                "a network of layers",
                "fc1, fc2, ...",
                saved.arrays().keySet());
        return of(saved.arrays(), names);
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public int features() {
        return layers.get(0).inputs();
    }

    @Override
    public double probability(double[] row) {
        return Rows.finite(row) ? Rows.sigmoid(logit(row)) : Double.NaN;
    }

    double logit(double[] row) {
        double[] in = row;
        for (int l = 0; l < layers.size(); l++) {
            Layer layer = layers.get(l);
            double[] out = new double[layer.bias().length];
            for (int o = 0; o < out.length; o++) {
                out[o] = layer.bias()[o];
            }
            for (int i = 0; i < in.length; i++) {
                double x = l > 0 ? Math.max(0, in[i]) : in[i];
                if (x != 0) {
                    int from = i * out.length;
                    for (int o = 0; o < out.length; o++) {
                        out[o] += x * layer.weights()[from + o];
                    }
                }
            }
            in = out;
        }
        return in[0];
    }

    @Override
    public Map<String, Array> arrays() {
        Map<String, Array> out = new LinkedHashMap<>();
        for (int l = 0; l < layers.size(); l++) {
            Layer layer = layers.get(l);
            Array weights = Array.of(layer.weights(), layer.inputs(), layer.bias().length);
            out.put("fc" + (l + 1) + ".weight", weights.transpose(1, 0));
            out.put("fc" + (l + 1) + ".bias", Array.of(layer.bias().clone(), layer.bias().length));
        }
        return out;
    }
}
