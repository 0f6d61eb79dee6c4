package dev.qualm.network.operator;

import dev.qualm.array.Array;
import java.util.List;
import java.util.stream.Stream;

/** Cases of {@link NormalizationOperators}. */
final class NormalizationCases {
    private NormalizationCases() {}

    static List<OperatorCase> all() {
        return Stream.of(batch(), sample(), other()).flatMap(List::stream).toList();
    }

    private static List<OperatorCase> batch() {
        Array mean = Array.of(new double[] {0.2, -0.4, 0.1}, 3);
        Array var = Array.of(new double[] {0.5, 1.5, 0.1}, 3);
        return List.of(
                x("BatchNormalization", 2, 3, 2, 2)
                        .input(2, 0.5, 2, 3)
                        .input(3, -1, 1, 3)
                        .plain(mean)
                        .plain(var)
                        .independentRows(),
                x("BatchNormalization", 4, 3)
                        .input(2, 0.5, 2, 3)
                        .input(3, -1, 1, 3)
                        .plain(mean)
                        .plain(var)
                        .attribute("epsilon", 1e-3f),
                x("BatchNormalization", 2, 3, 2, 1, 2)
                        .input(2, 0.5, 2, 3)
                        .input(3, -1, 1, 3)
                        .plain(mean)
                        .plain(var)
                        .opset(6)
                        .attribute("is_test", 1L),
                x("BatchNormalization", 4)
                        .input(2, 0.5, 2, 1)
                        .input(3, -1, 1, 1)
                        .input(4, -1, 1, 1)
                        .plain(Array.of(new double[] {0.5}, 1)),
                // Statistics that are themselves computed.
                x("BatchNormalization", 2, 3, 2)
                        .input(2, 0.5, 2, 3)
                        .input(3, -1, 1, 3)
                        .input(4, -1, 1, 3)
                        .input(5, 0.3, 2, 3),
                x("BatchNormalization", 2, 3, 2)
                        .input(2, 0.5, 2, 3, 2)
                        .input(3, -1, 1, 3, 2)
                        .input(4, -1, 1, 3, 2)
                        .input(5, 0.3, 2, 3, 2)
                        .opset(7)
                        .attribute("spatial", 0L),
                x("BatchNormalization", 3, 3, 2)
                        .input(2, 0.5, 2, 3)
                        .input(3, -1, 1, 3)
                        .plain(mean)
                        .plain(var)
                        .opset(14)
                        .attribute("training_mode", 1L)
                        .outputs(3),
                x("BatchNormalization", 2, 3, 2)
                        .input(2, 0.5, 2, 3)
                        .input(3, -1, 1, 3)
                        .plain(mean)
                        .plain(var)
                        .opset(9)
                        .outputs(5));
    }

    private static List<OperatorCase> sample() {
        return List.of(
                x("InstanceNormalization", 2, 3, 4)
                        .input(2, 0.5, 2, 3)
                        .input(3, -1, 1, 3)
                        .independentRows(),
                x("InstanceNormalization", 2, 3, 2, 2)
                        .input(2, 0.5, 2, 3)
                        .input(3, -1, 1, 3)
                        .attribute("epsilon", 1e-2f),
                x("GroupNormalization", 3, 4, 2)
                        .input(2, 0.5, 2, 2)
                        .input(3, -1, 1, 2)
                        .opset(18)
                        .attribute("num_groups", 2L)
                        .independentRows(),
                x("GroupNormalization", 2, 4, 2, 1)
                        .input(2, 0.5, 2, 4)
                        .input(3, -1, 1, 4)
                        .opset(21)
                        .attribute("num_groups", 2L),
                x("LayerNormalization", 2, 3, 4)
                        .input(2, 0.5, 2, 4)
                        .input(3, -1, 1, 4)
                        .independentRows(),
                x("LayerNormalization", 2, 3, 4)
                        .input(2, 0.5, 2, 3, 4)
                        .attribute("axis", 1L)
                        .independentRows(),
                x("LayerNormalization", 2, 3, 4)
                        .input(2, 0.5, 2, 4)
                        .input(3, -1, 1, 3, 4)
                        .attribute("axis", -2L),
                x("LayerNormalization", 2, 3, 4)
                        .input(2, 0.5, 2, 3, 4)
                        .input(3, -1, 1, 4)
                        .attribute("axis", 1L)
                        .outputs(3)
                        .independentRows(),
                x("RMSNormalization", 2, 3, 4).input(2, 0.5, 2, 4).opset(23).independentRows(),
                x("RMSNormalization", 2, 3, 4).input(2, 0.5, 2, 3, 4).opset(23).attribute("axis", -2L));
    }

    private static List<OperatorCase> other() {
        return List.of(
                x("LpNormalization", 2, 3, 4).independentRows(),
                x("LpNormalization", 2, 3, 4).attribute("axis", 1L).attribute("p", 1L),
                x("MeanVarianceNormalization", 2, 3, 2, 2),
                x("MeanVarianceNormalization", 2, 3, 2)
                        .attribute("axes", new long[] {1, 2})
                        .independentRows(),
                x("MeanVarianceNormalization", 2, 3, 2).opset(1).attribute("across_channels", 1L),
                x("MeanVarianceNormalization", 2, 3, 2).opset(1).attribute("normalize_variance", 0L),
                x("LRN", 2, 5, 2, 1)
                        .attribute("size", 3L)
                        .attribute("alpha", 0.5f)
                        .independentRows(),
                x("LRN", 2, 5, 2)
                        .attribute("size", 4L)
                        .attribute("alpha", 0.5f)
                        .attribute("bias", 2f)
                        .attribute("beta", 0.6f));
    }

    private static OperatorCase x(String type, int... shape) {
        return OperatorCase.of(type, java.util.Arrays.toString(shape)).input(1, -1.5, 2, shape);
    }
}
