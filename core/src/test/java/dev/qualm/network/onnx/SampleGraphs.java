package dev.qualm.network.onnx;

import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import java.util.List;

/** Small valid networks that the tests of this package start from. */
final class SampleGraphs {
    private SampleGraphs() {}

    /** Convolutions with BatchNormalization, a residual sum, pooling, ReLU6 and a head; input {@code [n, 3, 12, 12]}. */
    static Graph residual() {
        return NetworkBuilder.input("input", 3, 12, 12)
                .seed(5)
                .withoutBias()
                .conv("conv0", 8, 3, 1, 1)
                .batchNorm("bn0")
                .relu("relu0")
                .conv("conv1", 8, 3, 1, 1)
                .batchNorm("bn1")
                .add("sum", "relu0")
                .relu6("relu1")
                .maxPool("pool", 2, 2)
                .conv("depthwise", 8, 3, 1, 1, 8)
                .unary("hard", "HardSigmoid", Attributes.NONE.with("alpha", 0.3f))
                .globalAveragePool("gap")
                .flatten("flat")
                .linear("logits", 5)
                .build();
    }

    /** Fully connected; input {@code [n, 6]}, probabilities. */
    static Graph tabular() {
        return NetworkBuilder.input("x", 6)
                .seed(6)
                .linear("fc1", 12)
                .unary("elu", "Elu", Attributes.NONE)
                .linear("fc2", 4)
                .softmax("p")
                .build();
    }

    static List<Graph> all() {
        return List.of(residual(), tabular());
    }
}
