package dev.qualm.network.operator;

import dev.qualm.array.Array;
import java.util.List;

/** Cases of {@link UnaryOperators}. */
final class UnaryCases {
    private UnaryCases() {}

    static List<OperatorCase> all() {
        return List.of(
                over("Exp", -2, 2),
                over("Log", 0.2, 3),
                over("Sqrt", 0.2, 3),
                over("Reciprocal", -3, -0.3),
                over("Reciprocal", 0.3, 3),
                over("Neg", -2, 2),
                over("Abs", -2, 2),
                over("Erf", -2, 2),
                over("Sin", -4, 4),
                over("Cos", -4, 4),
                over("Tan", -1.2, 1.2),
                over("Asin", -0.9, 0.9),
                over("Acos", -0.9, 0.9),
                over("Atan", -3, 3),
                over("Sinh", -2, 2),
                over("Cosh", -2, 2),
                over("Asinh", -3, 3),
                over("Acosh", 1.2, 4),
                over("Atanh", -0.9, 0.9),
                OperatorCase.of("Det", "3x3").input(3, -1, 1, 3, 3),
                OperatorCase.of("Det", "batch of 2x2").input(5, -1, 1, 2, 2, 2),
                over("Sign", -2, 2),
                over("Floor", -2.2, 2.2),
                over("Ceil", -2.2, 2.2),
                over("Round", -2.3, 2.3),
                OperatorCase.of("Neg", "scalar").input(6, 0.5, 1),
                OperatorCase.of("Exp", "empty").input(6, 0, 1, 2, 0),
                OperatorCase.of("Abs", "integers").plain(Array.of(new int[] {-3, 0, 4}, 3)),
                OperatorCase.of("IsNaN", "all kinds").plain(special()),
                OperatorCase.of("IsInf", "both").plain(special()),
                OperatorCase.of("IsInf", "positive")
                        .attribute("detect_negative", 0L)
                        .plain(special()));
    }

    private static OperatorCase over(String type, double low, double high) {
        return OperatorCase.of(type, "over " + low + " to " + high).input(1, low, high, 2, 3, 4);
    }

    private static Array special() {
        return Array.of(new double[] {1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}, 4);
    }
}
