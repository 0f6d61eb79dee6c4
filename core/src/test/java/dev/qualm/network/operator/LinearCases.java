package dev.qualm.network.operator;

import dev.qualm.array.Array;
import java.util.List;

/** Cases of {@link LinearOperators}. */
final class LinearCases {
    private LinearCases() {}

    static List<OperatorCase> all() {
        return List.of(
                of("Gemm", "weights transposed", "", new int[] {2, 3}, new int[] {4, 3})
                        .input(3, -1, 1, 4)
                        .attribute("transB", 1L)
                        .independentRows(),
                of("Gemm", "no summand", "", new int[] {2, 3}, new int[] {3, 4}).attribute("alpha", 0.5f),
                of("Gemm", "all attributes", "", new int[] {3, 2}, new int[] {4, 3})
                        .input(3, -1, 1, 2, 1)
                        .attribute("transA", 1L)
                        .attribute("transB", 1L)
                        .attribute("alpha", 0.25f)
                        .attribute("beta", -2f),
                of("Gemm", "scalar summand, broadcast attribute", "", new int[] {2, 3}, new int[] {3, 4})
                        .input(3, -1, 1)
                        .opset(6)
                        .attribute("broadcast", 1L),
                OperatorCase.of("Gemm", "integers")
                        .plain(Array.of(new long[] {1, 2, 3, 4}, 2, 2))
                        .plain(Array.of(new long[] {5, 6}, 2, 1))
                        .plain(Array.of(new long[] {7}, 1))
                        .attribute("beta", 2f),
                of("MatMul", "matrices", "", new int[] {2, 3}, new int[] {3, 4}).independentRows(),
                of("MatMul", "vectors", "", new int[] {3}, new int[] {3}),
                of("MatMul", "vector and stack", "", new int[] {3}, new int[] {2, 3, 2}),
                of("MatMul", "stack and vector", "", new int[] {2, 2, 3}, new int[] {3}),
                of("MatMul", "stack and matrix", "", new int[] {2, 2, 3}, new int[] {3, 2})
                        .independentRows(),
                of("MatMul", "broadcast stacks", "", new int[] {2, 1, 2, 3}, new int[] {2, 3, 2}),
                of("Einsum", "product", "ij,jk->ik", new int[] {2, 3}, new int[] {3, 4}),
                of("Einsum", "output left out", "bij, bjk", new int[] {2, 2, 3}, new int[] {2, 3, 2}),
                of("Einsum", "ellipsis", "...ij,...jk->...ik", new int[] {2, 2, 3}, new int[] {1, 3, 2}),
                of("Einsum", "spaces", " b h i , b h j -> b i j ", new int[] {2, 2, 3}, new int[] {2, 2, 2}),
                OperatorCase.of("Einsum", "diagonal").input(1, -1, 1, 2, 3, 3).attribute("equation", "...ii->...i"),
                OperatorCase.of("Einsum", "transpose").input(1, -1, 1, 2, 3).attribute("equation", "ba"));
    }

    private static OperatorCase of(String type, String name, String equation, int[] a, int[] b) {
        OperatorCase c = OperatorCase.of(type, name).input(1, -1, 1, a).input(2, -1, 1, b);
        return equation.isEmpty() ? c : c.attribute("equation", equation);
    }
}
