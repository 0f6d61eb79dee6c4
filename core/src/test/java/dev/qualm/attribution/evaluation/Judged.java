package dev.qualm.attribution.evaluation;

import dev.qualm.array.Array;
import dev.qualm.attribution.MapFunction;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.Sweep;
import dev.qualm.network.TestNetworks;
import dev.qualm.network.Views;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;

/** Networks, maps and inputs for the tests of this package. */
final class Judged {
    private Judged() {}

    /** Convolutions on {@code [n, 3, 8, 8]}, 5 classes. */
    static Network images() {
        return Network.of(TestNetworks.residual(3), Precision.FLOAT64);
    }

    /** Tanh layers on {@code [n, d]}, 3 classes. */
    static Network features(int d) {
        Graph graph = NetworkBuilder.input("input", d)
                .seed(6)
                .linear("fc1", 12)
                .unary("act1", "Tanh", Attributes.NONE)
                .linear("logits", 3)
                .build();
        return Network.of(graph, Precision.FLOAT64);
    }

    /** A linear map of flattened inputs, {@code shape} without the batch, weights {@code [classes][d]}, with a bias. */
    static Network linear(double[][] w, int... shape) {
        NetworkBuilder builder = NetworkBuilder.input("input", shape);
        Graph graph = (shape.length == 1 ? builder : builder.flatten("flat"))
                .linear("logits", w.length)
                .build();
        double[] flat = Arrays.stream(w).flatMapToDouble(Arrays::stream).toArray();
        double[] bias = new double[w.length];
        Arrays.setAll(bias, c -> 0.5 - c);
        Graph changed = Views.weights(Map.of(
                        "logits.weight",
                        Array.of(flat, w.length, w[0].length),
                        "logits.bias",
                        Array.of(bias, w.length)))
                .apply(graph);
        return Network.of(changed, Precision.FLOAT64);
    }

    static double[][] weights(int classes, int d, long seed) {
        Random random = new Random(seed);
        double[][] w = new double[classes][];
        Arrays.setAll(w, c -> random.doubles(d, -1, 1).toArray());
        return w;
    }

    static Array inputs(long seed, int... shape) {
        Random random = new Random(seed);
        double[] x = new double[Array.size(shape)];
        Arrays.setAll(x, i -> random.nextGaussian());
        return Array.of(x, shape);
    }

    /** For every input the class that the network predicts. */
    static int[] predicted(int n) {
        int[] classes = new int[n];
        Arrays.fill(classes, MapFunction.PREDICTED);
        return classes;
    }

    /** Gradient of the logit. */
    static MapFunction gradient(Network network) {
        return (batch, classes) -> {
            Array logits = network.logits(batch);
            int k = logits.dim(1);
            double[] cotangent = new double[logits.size()];
            for (int i = 0; i < classes.length; i++) {
                double[] z = Arrays.copyOfRange(logits.toDoubles(), i * k, (i + 1) * k);
                cotangent[i * k + (classes[i] == MapFunction.PREDICTED ? Subject.argmax(z) : classes[i])] = 1;
            }
            try (Sweep sweep = Sweep.of(network, batch)) {
                return sweep.gradient(Array.of(cotangent, logits.shape()));
            }
        };
    }

    /** Gradient of the logit times the input. */
    static MapFunction gradientTimesInput(Network network) {
        MapFunction gradient = gradient(network);
        return (batch, classes) -> {
            Array g = gradient.maps(batch, classes);
            double[] out = new double[g.size()];
            Arrays.setAll(out, i -> g.get(i) * batch.get(i));
            return Array.of(out, g.shape());
        };
    }

    /** Noise that depends on the input alone. */
    static MapFunction noise() {
        return (batch, classes) -> {
            int size = batch.size() / batch.dim(0);
            double[] out = new double[batch.size()];
            for (int i = 0; i < batch.dim(0); i++) {
                Random random = new Random(Double.doubleToLongBits(batch.get(i * size)));
                for (int e = 0; e < size; e++) {
                    out[i * size + e] = random.nextGaussian();
                }
            }
            return Array.of(out, batch.shape());
        };
    }
}
