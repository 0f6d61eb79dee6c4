package dev.qualm.gradient;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.Views;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import java.util.Map;
import java.util.Random;

/** Small random networks and inputs. */
final class Nets {
    private Nets() {}

    /** Convolutions on {@code [n, 3, 8, 8]}. */
    static Graph image(int classes) {
        return NetworkBuilder.input("input", 3, 8, 8)
                .seed(5)
                .conv("conv1", 6, 3, 1, 1)
                .unary("act1", "Tanh", Attributes.NONE)
                .maxPool("pool", 2, 2)
                .conv("conv2", 8, 3, 1, 1)
                .relu("act2")
                .flatten("flat")
                .linear("logits", classes)
                .build();
    }

    /** Linear layers on {@code [n, 7]}. */
    static Graph vector(int classes) {
        return NetworkBuilder.input("input", 7)
                .seed(6)
                .linear("fc1", 12)
                .unary("act1", "Tanh", Attributes.NONE)
                .linear("logits", classes)
                .build();
    }

    /** A linear map with the given weights, {@code [classes][d]}, and biases. */
    static Graph linear(double[][] w, double... bias) {
        Graph g = NetworkBuilder.input("input", w[0].length)
                .linear("logits", w.length)
                .build();
        float[] flat = new float[w.length * w[0].length];
        float[] b = new float[w.length];
        for (int c = 0; c < w.length; c++) {
            for (int i = 0; i < w[0].length; i++) {
                flat[c * w[0].length + i] = (float) w[c][i];
            }
            b[c] = bias.length == 0 ? 0 : (float) bias[c];
        }
        return Views.weights(Map.of(
                        "logits.weight", Array.of(flat, w.length, w[0].length), "logits.bias", Array.of(b, w.length)))
                .apply(g);
    }

    /** The same network with the last layer's weight and bias times {@code factor}, plus {@code shift} on the bias. */
    static Graph scaledHead(Graph g, double factor, double shift) {
        return Views.weights(Map.of(
                        "logits.weight", affine(g.initializers().get("logits.weight"), factor, 0),
                        "logits.bias", affine(g.initializers().get("logits.bias"), factor, shift)))
                .apply(g);
    }

    private static Array affine(Array a, double factor, double shift) {
        double[] x = a.toDoubles().clone();
        for (int i = 0; i < x.length; i++) {
            x[i] = factor * x[i] + shift;
        }
        return Array.of(x, a.shape()).asFloat32();
    }

    static Array inputs(long seed, int... shape) {
        Random random = new Random(seed);
        double[] x = new double[Array.size(shape)];
        for (int i = 0; i < x.length; i++) {
            x[i] = random.nextGaussian();
        }
        return Array.of(x, shape);
    }

    static Network of(Graph g) {
        return Network.of(g, Precision.FLOAT64);
    }
}
