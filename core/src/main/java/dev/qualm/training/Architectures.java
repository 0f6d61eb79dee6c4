package dev.qualm.training;

import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.graph.Graph;

/** Small classifiers to train from the start. Input {@code input}, output {@code logits}, weights drawn from a seed. */
public final class Architectures {
    private Architectures() {}

    /**
     * A convolutional network for small images, from about 8 to 64 pixels a side: three 3 x 3 convolutions of 16, 32
     * and 32 channels, each with BatchNormalization and ReLU, a 2 x 2 maximum pool after the first two, one linear
     * layer. For 28 x 28 grey images and 10 classes: 30,000 weights, 1.5 million multiply-adds.
     *
     * <p>Names by block: {@code conv1, bn1, relu1, pool1}, and so on; the features that the head reads are
     * {@code features}.
     *
     * @return a graph with input {@code [n, channels, height, width]} and output {@code [n, classes]}
     */
    public static Graph smallCnn(int channels, int height, int width, int classes, long seed) {
        TrainingException.require(channels >= 1, "channels", "of at least 1", channels);
        TrainingException.require(Math.min(height, width) >= 4, "images", "of at least 4 x 4", height + " x " + width);
        requireClasses(classes);
        NetworkBuilder builder =
                NetworkBuilder.input("input", channels, height, width).seed(seed);
        block(builder, 1, 16).maxPool("pool1", 2, 2);
        block(builder, 2, 32).maxPool("pool2", 2, 2);
        block(builder, 3, 32);
        return builder.flatten("features").linear("logits", classes).build();
    }

    /** BatchNormalization has a shift of its own, so the convolution needs no bias. */
    private static NetworkBuilder block(NetworkBuilder builder, int number, int channels) {
        return builder.withoutBias()
                .conv("conv" + number, channels, 3, 1, 1)
                .batchNorm("bn" + number)
                .relu("relu" + number);
    }

    /**
     * A network for tables: two hidden layers {@code fc1, relu1, fc2, relu2} of {@code hidden} units and a linear one.
     * Columns should be standardised.
     *
     * @return a graph with input {@code [n, features]} and output {@code [n, classes]}
     */
    public static Graph mlp(int features, int hidden, int classes, long seed) {
        TrainingException.require(features >= 1, "features", "of at least 1", features);
        TrainingException.require(hidden >= 1, "hidden units", "of at least 1", hidden);
        requireClasses(classes);
        return NetworkBuilder.input("input", features)
                .seed(seed)
                .linear("fc1", hidden)
                .relu("relu1")
                .linear("fc2", hidden)
                .relu("relu2")
                .linear("logits", classes)
                .build();
    }

    private static void requireClasses(int classes) {
        TrainingException.require(classes >= 2, "classes", "of at least 2", classes);
    }
}
