package dev.qualm.training;

import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.graph.Graph;

/** Small classifiers to start training from, with seeded weights. */
public final class Architectures {
    private Architectures() {}

    /** placeholder body, tuned below. */
    public static Graph smallCnn(int channels, int height, int width, int classes, long seed) {
        NetworkBuilder b = NetworkBuilder.input("input", channels, height, width).seed(seed);
        String v = System.getProperty("arch", "A");
        if (v.equals("A")) {
            block(b, "1", 16); block(b, "2", 16); b.maxPool("pool1", 2, 2);
            block(b, "3", 32); block(b, "4", 32); b.maxPool("pool2", 2, 2);
            return b.flatten("flatten").linear("logits", classes).build();
        } else if (v.equals("B")) {
            block(b, "1", 16); b.maxPool("pool1", 2, 2);
            block(b, "2", 32); b.maxPool("pool2", 2, 2);
            block(b, "3", 64);
            return b.globalAveragePool("gap").flatten("features").linear("logits", classes).build();
        } else if (v.equals("C")) {
            block(b, "1", 16); b.maxPool("pool1", 2, 2);
            block(b, "2", 32); b.maxPool("pool2", 2, 2);
            block(b, "3", 32);
            return b.flatten("flatten").linear("logits", classes).build();
        } else if (v.equals("D")) {
            block(b, "1", 16); b.maxPool("pool1", 2, 2);
            block(b, "2", 32); block(b, "3", 32); b.maxPool("pool2", 2, 2);
            block(b, "4", 64);
            return b.globalAveragePool("gap").flatten("features").linear("logits", classes).build();
        } else {
            block(b, "1", 16); b.maxPool("pool1", 2, 2);
            block(b, "2", 32); block(b, "3", 32); b.maxPool("pool2", 2, 2);
            return b.flatten("flatten").linear("fc", 64).relu("fcrelu").linear("logits", classes).build();
        }
    }

    private static void block(NetworkBuilder b, String n, int channels) {
        b.withoutBias().conv("conv" + n, channels, 3, 1, 1).batchNorm("bn" + n).relu("relu" + n);
    }
}
