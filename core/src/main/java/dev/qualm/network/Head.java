package dev.qualm.network;

import org.jspecify.annotations.Nullable;

/**
 * The last linear layer: logits = W features + b.
 *
 * @param node name of the Gemm, MatMul or 1x1 Conv node
 * @param features name of its input tensor, {@code [n, d]} (or {@code [n, d, 1, 1]} for a Conv)
 * @param weight name of the weight initializer
 * @param classesFirst whether the weight is {@code [classes, d]} (else {@code [d, classes]})
 * @param bias name of the bias initializer, or null
 * @param averaged whether the layer, a Conv, is applied at every position and its results are averaged. The logits are the same linear function
 *     of the features' means over positions, which count as the features; their tensor is {@code [n, d, h, w]}
 */
public record Head(
        String node,
        String features,
        String weight,
        boolean classesFirst,
        @Nullable String bias,
        boolean averaged) {
    /** A layer that is applied once. */
    public Head(String node, String features, String weight, boolean classesFirst, @Nullable String bias) {
        this(node, features, weight, classesFirst, bias, false);
    }
}
