package dev.qualm.network.operator;

import static dev.qualm.network.operator.ViewCases.longs;

import dev.qualm.array.Array;
import java.util.ArrayList;
import java.util.List;

/** Cases of {@link ReduceOperators}. */
final class ReduceCases {
    private ReduceCases() {}

    static List<OperatorCase> all() {
        List<OperatorCase> cases = new ArrayList<>();
        for (String name :
                List.of("Sum", "Mean", "Max", "Min", "Prod", "SumSquare", "L1", "L2", "LogSum", "LogSumExp")) {
            String type = "Reduce" + name;
            // ReduceLogSum needs positive numbers.
            double low = name.equals("LogSum") ? 0.2 : -2;
            cases.add(OperatorCase.of(type, "all axes").opset(18).input(1, low, 2, 2, 3, 2));
            cases.add(OperatorCase.of(type, "axes attribute")
                    .opset(11)
                    .attribute("axes", new long[] {-1, 0})
                    .input(2, low, 2, 2, 3, 2));
            cases.add(OperatorCase.of(type, "axes input, axis dropped")
                    .opset(18)
                    .attribute("keepdims", 0L)
                    .input(3, low, 2, 2, 3, 2)
                    .constant(longs(1))
                    .independentRows());
            cases.add(OperatorCase.of(type, "computed axes")
                    .opset(18)
                    .input(4, low, 2, 3, 2)
                    .plain(longs(-1)));
            cases.add(OperatorCase.of(type, "no axes, nothing reduced")
                    .opset(18)
                    .attribute("noop_with_empty_axes", 1L)
                    .input(5, low, 2, 2, 2)
                    .constant(longs()));
            cases.add(OperatorCase.of(type, "scalar").opset(18).input(6, 0.3, 2));
            cases.add(OperatorCase.of(type, "integers").opset(18).plain(Array.of(new int[] {1, -2, 3, 4}, 2, 2)));
        }
        for (long exclusive = 0; exclusive < 2; exclusive++) {
            for (long reverse = 0; reverse < 2; reverse++) {
                cases.add(OperatorCase.of("CumSum", "exclusive " + exclusive + ", reverse " + reverse)
                        .attribute("exclusive", exclusive)
                        .attribute("reverse", reverse)
                        .input(7, -1, 1, 2, 3)
                        .constant(longs(1))
                        .independentRows());
            }
        }
        cases.add(
                OperatorCase.of("CumSum", "computed axis").input(7, -1, 1, 2, 3).plain(Array.of(new int[] {-2})));
        return cases;
    }
}
