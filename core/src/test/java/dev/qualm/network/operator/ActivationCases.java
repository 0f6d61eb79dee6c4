package dev.qualm.network.operator;

import java.util.List;

/** Cases of {@link ActivationOperators}. */
final class ActivationCases {
    private ActivationCases() {}

    static List<OperatorCase> all() {
        return List.of(OperatorCase.of("Relu", "rank 3").input(1, -2, 2, 2, 3, 4));
    }
}
