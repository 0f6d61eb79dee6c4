package dev.qualm.network.operator;

import dev.qualm.array.Array;
import dev.qualm.network.graph.Node;
import java.util.List;

/** Cases of {@link ActivationOperators}. Ranges are symmetric with an even number of values: none lies on a kink. */
final class ActivationCases {
    private ActivationCases() {}

    static List<OperatorCase> all() {
        return List.of(
                of("Relu", "rank 3"),
                OperatorCase.of("Relu", "rank 4").input(2, -2, 2, 2, 2, 2, 3),
                of("LeakyRelu", "default"),
                of("LeakyRelu", "steep").attribute("alpha", 0.4f),
                of("PRelu", "slope per channel").input(9, 0.1, 0.5, 3, 1),
                of("PRelu", "slope per channel, opset 6").opset(6).input(9, 0.1, 0.5, 3),
                of("PRelu", "one slope, opset 6").opset(6).input(9, 0.1, 0.5, 1),
                of("ThresholdedRelu", "default"),
                of("ThresholdedRelu", "negative threshold").attribute("alpha", -0.5f),
                of("Elu", "default"),
                of("Elu", "scaled").attribute("alpha", 2f),
                of("Selu", "default"),
                of("Selu", "opset 1").opset(1),
                of("Selu", "own constants").attribute("alpha", 2f).attribute("gamma", 3f),
                of("Celu", "default"),
                of("Celu", "wide").attribute("alpha", 2f),
                of("Softplus", "default"),
                OperatorCase.of("Softplus", "large").input(3, -60, 60, 12),
                beta(1),
                beta(7.5f),
                beta(1e3f),
                beta(1e6f),
                clip("both bounds").attribute("min", -0.5f).attribute("max", 1f).attribute("beta", 3f),
                clip("lower bound").attribute("min", -0.5f),
                clip("upper bound").attribute("max", 0.75f).attribute("beta", 2f),
                clip("bounds and beta as inputs")
                        .plain(Array.of(new double[] {-0.25}))
                        .plain(Array.of(new double[] {1.5}))
                        .plain(Array.of(new double[] {2.5})),
                of("Softsign", "default"),
                of("Sigmoid", "default"),
                of("Tanh", "default"),
                OperatorCase.of("HardSigmoid", "default").input(4, -4, 4, 2, 6),
                of("HardSigmoid", "steep").attribute("alpha", 0.5f).attribute("beta", 0.6f),
                OperatorCase.of("HardSwish", "both kinks").opset(14).input(4, -5, 5, 2, 7),
                of("Gelu", "exact").opset(20),
                of("Gelu", "tanh").opset(20).attribute("approximate", "tanh"),
                of("Mish", "default").opset(18),
                of("Swish", "default").opset(24),
                of("Swish", "sharp").opset(24).attribute("alpha", 1.7f));
    }

    private static OperatorCase of(String type, String name) {
        return OperatorCase.of(type, name).input(1, -2, 2, 2, 3, 4).independentRows();
    }

    private static OperatorCase clip(String name) {
        return OperatorCase.of("SmoothClip", name).domain(Node.QUALM_DOMAIN).input(1, -2, 2, 2, 3, 4);
    }

    /** Inputs within a few widths 1/beta of the bend. */
    private static OperatorCase beta(float beta) {
        return OperatorCase.of("Softplus", "beta " + beta)
                .domain(Node.QUALM_DOMAIN)
                .attribute("beta", beta)
                .input(5, -8.0 / beta, 8.0 / beta, 3, 4);
    }
}
