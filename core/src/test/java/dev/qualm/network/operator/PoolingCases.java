package dev.qualm.network.operator;

import dev.qualm.array.Array;
import dev.qualm.network.graph.Node;
import java.util.List;
import java.util.stream.Stream;

/** Cases of {@link PoolingOperators}. */
final class PoolingCases {
    private PoolingCases() {}

    static List<OperatorCase> all() {
        return Stream.of(windows(), special()).flatMap(List::stream).toList();
    }

    /** What all pools over windows share. */
    private static List<OperatorCase> windows() {
        return Stream.of("MaxPool", "SmoothMaxPool", "AveragePool", "LpPool")
                .flatMap(type -> Stream.of(
                        pool(type, "one axis", 6)
                                .attribute("kernel_shape", ints(3))
                                .independentRows(),
                        pool(type, "two axes, strides, pads", 5, 4)
                                .attribute("kernel_shape", ints(3, 2))
                                .attribute("strides", ints(2, 1))
                                .attribute("pads", ints(1, 1, 1, 1))
                                .independentRows(),
                        pool(type, "three axes", 3, 2, 3).attribute("kernel_shape", ints(2, 2, 2)),
                        pool(type, "asymmetric pads", 4, 4)
                                .attribute("kernel_shape", ints(3, 3))
                                .attribute("pads", ints(0, 1, 2, 0)),
                        pool(type, "same upper", 5, 4)
                                .attribute("kernel_shape", ints(2, 3))
                                .attribute("strides", ints(2, 1))
                                .attribute("auto_pad", "SAME_UPPER"),
                        pool(type, "same lower", 5, 4)
                                .attribute("kernel_shape", ints(2, 2))
                                .attribute("auto_pad", "SAME_LOWER"),
                        pool(type, "valid", 5, 4)
                                .attribute("kernel_shape", ints(2, 3))
                                .attribute("auto_pad", "VALID"),
                        pool(type, "rounded up", 6, 5)
                                .attribute("kernel_shape", ints(3, 2))
                                .attribute("strides", ints(2, 2))
                                .attribute("ceil_mode", 1L),
                        pool(type, "rounded up, asymmetric", 6, 5)
                                .attribute("kernel_shape", ints(3, 3))
                                .attribute("strides", ints(2, 3))
                                .attribute("pads", ints(0, 1, 1, 0))
                                .attribute("ceil_mode", 1L),
                        pool(type, "dilated", 6, 5)
                                .attribute("kernel_shape", ints(2, 2))
                                .attribute("dilations", ints(2, 3))))
                .toList();
    }

    private static List<OperatorCase> special() {
        Array indices = Array.of(new long[] {0, 3, 9, 10, 16, 19, 24, 31}, 2, 1, 2, 2);
        return List.of(
                pool("MaxPool", "with indices", 4, 5)
                        .attribute("kernel_shape", ints(2, 2))
                        .outputs(2),
                pool("MaxPool", "with column-major indices, padded", 4, 5)
                        .attribute("kernel_shape", ints(3, 2))
                        .attribute("pads", ints(2, 0, 1, 1))
                        .attribute("storage_order", 1L)
                        .outputs(2),
                OperatorCase.of("MaxPool", "bytes")
                        .plain(Array.of(new byte[] {1, -3, 2, 7, 7, -8}, 1, 1, 6))
                        .attribute("kernel_shape", ints(2))
                        .outputs(2),
                pool("SmoothMaxPool", "sharp", 4, 4)
                        .attribute("kernel_shape", ints(2, 2))
                        .attribute("beta", 12f),
                pool("AveragePool", "counting pads", 4, 5)
                        .attribute("kernel_shape", ints(3, 3))
                        .attribute("pads", ints(1, 1, 1, 1))
                        .attribute("count_include_pad", 1L),
                pool("AveragePool", "counting asymmetric pads, rounded up", 4, 5)
                        .attribute("kernel_shape", ints(3, 3))
                        .attribute("strides", ints(2, 2))
                        .attribute("pads", ints(2, 1, 0, 1))
                        .attribute("count_include_pad", 1L)
                        .attribute("ceil_mode", 1L),
                pool("LpPool", "p = 1", 4, 4)
                        .attribute("kernel_shape", ints(2, 2))
                        .attribute("p", 1L),
                pool("LpPool", "p = 3", 4, 4)
                        .attribute("kernel_shape", ints(2, 2))
                        .attribute("p", 3L),
                pool("GlobalAveragePool", "two axes", 3, 2).independentRows(),
                pool("GlobalAveragePool", "one axis", 4),
                pool("GlobalMaxPool", "two axes", 3, 2).independentRows(),
                pool("GlobalMaxPool", "three axes", 2, 1, 2),
                pool("GlobalLpPool", "p = 2", 3, 2).independentRows(),
                pool("GlobalLpPool", "p = 3", 3).attribute("p", 3L),
                OperatorCase.of("MaxUnpool", "inferred shape")
                        .input(1, -1, 1, 2, 1, 2, 2)
                        .plain(indices)
                        .attribute("kernel_shape", ints(2, 2))
                        .attribute("strides", ints(2, 2)),
                OperatorCase.of("MaxUnpool", "given shape")
                        .input(1, -1, 1, 2, 1, 2, 2)
                        .plain(indices)
                        .constant(Array.of(new long[] {2, 1, 4, 5}, 4))
                        .attribute("kernel_shape", ints(2, 2))
                        .attribute("strides", ints(2, 2)));
    }

    private static OperatorCase pool(String type, String name, int... spatial) {
        int[] shape = new int[2 + spatial.length];
        shape[0] = 2;
        shape[1] = 2;
        System.arraycopy(spatial, 0, shape, 2, spatial.length);
        OperatorCase c = OperatorCase.of(type, name).opset(22).input(1, -1, 1, shape);
        return type.equals("SmoothMaxPool") ? c.domain(Node.QUALM_DOMAIN).attribute("beta", 3f) : c;
    }

    private static long[] ints(long... values) {
        return values;
    }
}
