package dev.qualm.network.operator;

import dev.qualm.array.Array;
import java.util.List;

/** Cases of {@link DropoutOperators} outside training; training is random and has its own test. */
final class DropoutCases {
    private DropoutCases() {}

    static List<OperatorCase> all() {
        return List.of(
                of("opset 6").opset(6).attribute("is_test", 1L),
                of("opset 6 with mask").opset(6).outputs(2),
                of("opset 7").opset(7).attribute("ratio", 0.3f),
                of("opset 10 with mask").opset(10).outputs(2),
                of("opset 13").opset(13).constant(Array.of(new double[] {0.4})),
                of("opset 13 with mask")
                        .opset(13)
                        .constant(Array.of(new double[] {0.4}))
                        .outputs(2));
    }

    private static OperatorCase of(String name) {
        return OperatorCase.of("Dropout", name).input(1, -2, 2, 2, 3);
    }
}
