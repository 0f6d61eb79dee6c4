package dev.qualm.benchmarks;

import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.graph.Graph;

/**
 * Inverted residuals with depthwise convolutions and ReLU6 (Sandler et al. 2018, table 2), with strides for 3x32x32 images and
 * fewer blocks; 0.7 million weights, 33 million multiplications per image.
 */
final class MobileNet {
    /** Expansion, channels, blocks, stride of the first block. */
    private static final int[][] STAGES = {{1, 16, 1, 1}, {6, 24, 2, 1}, {6, 32, 2, 2}, {6, 64, 3, 2}, {6, 96, 2, 1}};

    /** The paper's own. */
    private static final int[][] FULL = {
        {1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}
    };

    private MobileNet() {}

    /** The graph from {@code [n, 3, 32, 32]} to ten logits, with seeded random weights. */
    static Graph graph(long seed) {
        return graph(seed, 32, STAGES, 256, 10);
    }

    /** MobileNetV2 from {@code [n, 3, 224, 224]} to 1000 logits, with seeded random weights. */
    static Graph full(long seed) {
        return graph(seed, 224, FULL, 1280, 1000);
    }

    private static Graph graph(long seed, int size, int[][] stages, int features, int classes) {
        NetworkBuilder net = NetworkBuilder.input("input", 3, size, size).seed(seed);
        convNorm(net, "stem", 32, 3, 2, 1, 1);
        net.relu6("stem.relu");
        String from = "stem.relu";
        int channels = 32;
        for (int stage = 0; stage < stages.length; stage++) {
            int[] s = stages[stage];
            for (int block = 0; block < s[2]; block++) {
                String name = "stage" + stage + ".block" + block;
                from = block(net, name, from, channels, s[0], s[1], block == 0 ? s[3] : 1);
                channels = s[1];
            }
        }
        convNorm(net, "head", features, 1, 1, 0, 1);
        return net.relu6("head.relu")
                .globalAveragePool("gap")
                .flatten("flatten")
                .linear("logits", classes)
                .build();
    }

    private static String block(
            NetworkBuilder net, String name, String from, int channels, int expansion, int width, int stride) {
        int inner = channels * expansion;
        net.at(from);
        if (expansion > 1) {
            convNorm(net, name + ".expand", inner, 1, 1, 0, 1);
            net.relu6(name + ".expand.relu");
        }
        convNorm(net, name + ".depthwise", inner, 3, stride, 1, inner);
        net.relu6(name + ".depthwise.relu");
        convNorm(net, name + ".project", width, 1, 1, 0, 1);
        if (stride > 1 || width != channels) {
            return name + ".project.norm";
        }
        net.add(name + ".add", from);
        return name + ".add";
    }

    private static void convNorm(
            NetworkBuilder net, String name, int width, int kernel, int stride, int padding, int groups) {
        net.withoutBias().conv(name, width, kernel, stride, padding, groups).batchNorm(name + ".norm");
    }
}
