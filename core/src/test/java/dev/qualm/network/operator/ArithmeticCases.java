package dev.qualm.network.operator;

import dev.qualm.array.Array;
import java.util.ArrayList;
import java.util.List;

/** Cases of {@link ArithmeticOperators}. */
final class ArithmeticCases {
    private ArithmeticCases() {}

    static List<OperatorCase> all() {
        List<OperatorCase> cases = new ArrayList<>();
        for (String type : List.of("Add", "Sub", "Mul", "Div")) {
            cases.add(of(type, "equal shapes").input(2, 0.5, 2, 2, 3, 4));
            cases.add(of(type, "row").input(2, 0.5, 2, 4));
            cases.add(of(type, "column").input(2, 0.5, 2, 3, 1));
            cases.add(of(type, "scalar").input(2, 0.5, 2));
            cases.add(OperatorCase.of(type, "first operand smaller")
                    .input(1, -2, 2, 3, 1)
                    .input(2, 0.5, 2, 2, 1, 2));
            cases.add(
                    OperatorCase.of(type, "first operand scalar").input(1, 1, 2).input(2, 0.5, 2, 2, 2));
            cases.add(of(type, "axis 1, opset 6")
                    .opset(6)
                    .attribute("broadcast", 1L)
                    .attribute("axis", 1L)
                    .input(2, 0.5, 2, 3));
            cases.add(of(type, "axis 0, opset 6")
                    .opset(6)
                    .attribute("broadcast", 1L)
                    .attribute("axis", 0L)
                    .input(2, 0.5, 2, 2, 3));
            cases.add(of(type, "suffix, opset 6")
                    .opset(6)
                    .attribute("broadcast", 1L)
                    .input(2, 0.5, 2, 3, 4));
            cases.add(OperatorCase.of(type, "integers")
                    .plain(Array.of(new long[] {-7, 7, 9, -9}, 2, 2))
                    .plain(Array.of(new long[] {2, -2}, 2)));
        }
        cases.add(OperatorCase.of("Mod", "fmod")
                .attribute("fmod", 1L)
                .input(1, 2.3, 2.8, 2, 3)
                .input(2, 0.95, 1.1, 3));
        cases.add(OperatorCase.of("Mod", "negative fmod")
                .attribute("fmod", 1L)
                .input(1, -2.8, -2.3, 4)
                .input(2, 0.95, 1.1));
        cases.add(OperatorCase.of("Mod", "integers")
                .plain(Array.of(new int[] {-7, 7, 9, -9}, 4))
                .plain(Array.of(new int[] {3, -3, 4, 4}, 4)));
        cases.add(positive("Pow", "tensor exponent").input(2, -1, 3, 2, 3));
        cases.add(of("Pow", "constant square").constant(Array.of(new double[] {2})));
        cases.add(of("Pow", "constant cube of higher rank").constant(Array.of(new double[] {3}, 1, 1, 1, 1)));
        cases.add(of("Pow", "constant list").constant(Array.of(new double[] {1, 2, 3, 0}, 4)));
        cases.add(positive("Pow", "constant root").constant(Array.of(new double[] {0.5})));
        cases.add(of("Pow", "integer exponent").plain(Array.of(new long[] {2}, 1)));
        cases.add(OperatorCase.of("Pow", "square at zero")
                .plain(Array.of(new double[] {0, 1}, 2))
                .plain(Array.of(new double[] {2}, 1)));
        for (String type : List.of("Max", "Min", "Sum", "Mean")) {
            cases.add(of(type, "one input"));
            cases.add(of(type, "two inputs").input(2, -1.9, 2.3, 2, 3, 4));
            cases.add(of(type, "three inputs, broadcast")
                    .input(2, -1.9, 2.3, 3, 1)
                    .input(3, 0.3, 0.4));
            cases.add(of(type, "opset 6").opset(6).input(2, -1.9, 2.3, 2, 3, 4));
        }
        return cases;
    }

    private static OperatorCase of(String type, String name) {
        return OperatorCase.of(type, name).input(1, -2, 2, 2, 3, 4);
    }

    private static OperatorCase positive(String type, String name) {
        return OperatorCase.of(type, name).input(1, 0.3, 2, 2, 3);
    }
}
