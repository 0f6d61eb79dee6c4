package dev.qualm.network.operator;

import dev.qualm.array.Array;
import java.util.List;

/** Cases of {@link LogicOperators}. */
final class LogicCases {
    private LogicCases() {}

    static List<OperatorCase> all() {
        Array condition = Array.of(new boolean[] {true, false, true}, 3, 1);
        return List.of(
                OperatorCase.of("Where", "broadcast")
                        .plain(condition)
                        .input(1, -2, 2, 2, 3, 4)
                        .input(2, -2, 2, 4),
                OperatorCase.of("Where", "scalars")
                        .plain(condition)
                        .input(1, -2, 2)
                        .input(2, -2, 2),
                OperatorCase.of("Greater", "axis, opset 6")
                        .opset(6)
                        .attribute("broadcast", 1L)
                        .attribute("axis", 0L)
                        .plain(Array.of(new double[] {1, 2, 3, 4}, 2, 2))
                        .plain(Array.of(new double[] {1.5, 3.5}, 2)));
    }
}
