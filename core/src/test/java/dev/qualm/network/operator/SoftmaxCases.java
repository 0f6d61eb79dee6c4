package dev.qualm.network.operator;

import java.util.List;
import java.util.stream.Stream;

/** Cases of {@link SoftmaxOperators}. */
final class SoftmaxCases {
    private SoftmaxCases() {}

    static List<OperatorCase> all() {
        return Stream.of("Softmax", "LogSoftmax", "Hardmax")
                .flatMap(type -> Stream.of(
                        of(type, "last axis").independentRows(),
                        of(type, "axis 0").attribute("axis", 0L),
                        of(type, "axis -2").attribute("axis", -2L),
                        of(type, "axes 1 and 2 together, opset 12").opset(12).independentRows(),
                        of(type, "all axes together, opset 6").opset(6).attribute("axis", 0L),
                        of(type, "last axis, opset 6").opset(6).attribute("axis", 2L),
                        OperatorCase.of(type, "large inputs").input(2, -20, 20, 2, 3),
                        OperatorCase.of(type, "empty batch, opset 11").opset(11).input(2, -1, 1, 0, 2, 3)))
                .toList();
    }

    private static OperatorCase of(String type, String name) {
        return OperatorCase.of(type, name).input(1, -2, 2, 2, 3, 4);
    }
}
