package dev.qualm.detect.fitted;

import dev.qualm.array.Array;
import dev.qualm.detect.Softmax;
import dev.qualm.network.Head;
import dev.qualm.network.Network;
import dev.qualm.network.graph.Graph;
import java.util.Objects;

/**
 * Where detectors work: a network's classes and, where the logits are a linear function of features, that function.
 *
 * @param classes K
 * @param weight of the last linear layer by class {@code [K][d]}; empty if the network has none
 * @param bias {@code [K]}, zeros where the layer has none
 */
public record Site(int classes, double[][] weight, double[] bias) {
    /** A network without a last linear layer: only methods that read logits or inputs work there. */
    public static Site withoutHead(int classes) {
        return new Site(classes, new double[0][], new double[0]);
    }

    /**
     * Finds the last linear layer in a network's graph.
     *
     * @param classes number of logits
     */
    public static Site of(Network network, int classes) {
        Head head = network.structure().head();
        if (head == null || !network.structure().trueLogits()) {
            return withoutHead(classes);
        }
        Graph graph = network.graph();
        Array w = Objects.requireNonNull(graph.initializers().get(head.weight()));
        int rows = w.dim(head.classesFirst() ? 0 : 1);
        int d = w.dim(head.classesFirst() ? 1 : 0);
        if (rows != classes) {
            return withoutHead(classes);
        }
        double[][] weight = new double[rows][d];
        for (int c = 0; c < rows; c++) {
            for (int j = 0; j < d; j++) {
                weight[c][j] = w.get(head.classesFirst() ? c * d + j : j * rows + c);
            }
        }
        double[] bias = new double[rows];
        Array b = head.bias() == null ? null : graph.initializers().get(head.bias());
        for (int c = 0; b != null && c < rows; c++) {
            bias[c] = b.get(b.size() == 1 ? 0 : c);
        }
        return new Site(classes, weight, bias);
    }

    public boolean hasHead() {
        return weight.length > 0;
    }

    /** Number of features d; 0 without a head. */
    public int features() {
        return hasHead() ? weight[0].length : 0;
    }

    /** The logits of features. */
    double[] logits(double[] features) {
        double[] z = Vectors.times(weight, features);
        for (int c = 0; c < z.length; c++) {
            z[c] += bias[c];
        }
        return z;
    }

    /** Free energy of features, {@code -LSE(W h + b)}: what methods that shape activations end with. */
    double energy(double[] features) {
        return -Softmax.logSumExp(logits(features));
    }
}
