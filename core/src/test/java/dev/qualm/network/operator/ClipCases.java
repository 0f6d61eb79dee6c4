package dev.qualm.network.operator;

import dev.qualm.array.Array;
import java.util.List;

/** Cases of {@link ClipOperators}. */
final class ClipCases {
    private ClipCases() {}

    static List<OperatorCase> all() {
        Array low = Array.of(new double[] {-0.6});
        Array high = Array.of(new double[] {0.9});
        return List.of(
                of("no bounds"),
                of("attributes").opset(6).attribute("min", -0.6f).attribute("max", 0.9f),
                of("one attribute").opset(10).attribute("max", 0.9f),
                of("constant bounds").constant(low).constant(high),
                of("constant upper bound").plain(null).constant(high),
                of("constant lower bound").constant(low),
                of("computed bounds").plain(low).plain(high),
                of("differentiated bounds").input(2, -0.7, -0.5).input(3, 0.8, 0.9),
                of("lower above upper").constant(high).constant(low),
                OperatorCase.of("Clip", "integers")
                        .plain(Array.of(new long[] {-9, 0, 9}, 3))
                        .constant(Array.of(new long[] {-3}))
                        .constant(Array.of(new long[] {4})),
                OperatorCase.of("Clip", "integers, one bound")
                        .plain(Array.of(new byte[] {-9, 0, 9}, 3))
                        .plain(null)
                        .constant(Array.of(new byte[] {4})));
    }

    private static OperatorCase of(String name) {
        return OperatorCase.of("Clip", name).input(1, -2, 2, 2, 3, 4);
    }
}
