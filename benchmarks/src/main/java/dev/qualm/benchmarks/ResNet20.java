package dev.qualm.benchmarks;

import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.graph.Graph;

/**
 * A residual network of 20 weight layers for 3x32x32 images (He et al. 2016, section 4.2) with BatchNormalization, and 1x1
 * projections where the shape changes; 0.27 million weights, 41 million multiplications per image.
 */
final class ResNet20 {
    private ResNet20() {}

    /** The graph from {@code [n, 3, 32, 32]} to ten logits, with seeded random weights. */
    static Graph graph(long seed) {
        NetworkBuilder net = NetworkBuilder.input("input", 3, 32, 32).seed(seed);
        convNorm(net, "stem", 16, 3, 1, 1);
        net.relu("stem.relu");
        String from = "stem.relu";
        int channels = 16;
        for (int stage = 0; stage < 3; stage++) {
            for (int block = 0; block < 3; block++) {
                int width = 16 << stage;
                int stride = width == channels ? 1 : 2;
                from = block(net, "stage" + stage + ".block" + block, from, width, stride, width != channels);
                channels = width;
            }
        }
        return net.globalAveragePool("gap")
                .flatten("flatten")
                .linear("logits", 10)
                .build();
    }

    private static String block(
            NetworkBuilder net, String name, String from, int width, int stride, boolean projected) {
        String shortcut = from;
        if (projected) {
            net.at(from);
            convNorm(net, name + ".projection", width, 1, stride, 0);
            shortcut = name + ".projection.norm";
        }
        net.at(from);
        convNorm(net, name + ".a", width, 3, stride, 1);
        net.relu(name + ".a.relu");
        convNorm(net, name + ".b", width, 3, 1, 1);
        net.add(name + ".add", shortcut).relu(name + ".relu");
        return name + ".relu";
    }

    private static void convNorm(NetworkBuilder net, String name, int width, int kernel, int stride, int padding) {
        net.withoutBias().conv(name, width, kernel, stride, padding).batchNorm(name + ".norm");
    }
}
