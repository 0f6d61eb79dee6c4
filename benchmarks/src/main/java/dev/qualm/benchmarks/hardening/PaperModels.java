package dev.qualm.benchmarks.hardening;

import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;

/** The small networks of Khalooei, Homayounpour, Amirmazlaghani (arXiv 2202.02626). */
public final class PaperModels {
    private PaperModels() {}

    /**
     * Model A, for two moons: three hidden layers of 100 units with ELU, {@code elu0, elu1, elu2}. The paper's has one output; two
     * logits can express the same, and every attack knows them.
     */
    public static Graph a(long seed) {
        NetworkBuilder net = NetworkBuilder.input("input", 2).seed(seed);
        for (int i = 0; i < 3; i++) {
            net.linear("fc" + i, 100).unary("elu" + i, "Elu", Attributes.NONE);
        }
        return net.linear("logits", 2).build();
    }

    /**
     * Model B, for images of 28 x 28: convolutions of 16, 32 and 64 channels, 5 x 5, with ReLU, a 2 x 2 maximum pool after the last two,
     * one hidden layer of 100 units; activations {@code relu0} to {@code relu3}.
     */
    public static Graph b(long seed) {
        return NetworkBuilder.input("input", 1, 28, 28)
                .seed(seed)
                .conv("conv0", 16, 5, 1, 0)
                .relu("relu0")
                .conv("conv1", 32, 5, 1, 0)
                .relu("relu1")
                .maxPool("pool1", 2, 2)
                .conv("conv2", 64, 5, 1, 0)
                .relu("relu2")
                .maxPool("pool2", 2, 2)
                .flatten("flatten")
                .linear("fc3", 100)
                .relu("relu3")
                .linear("logits", 10)
                .build();
    }
}
