package dev.qualm.network.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Convolutions and pools against loops over every window, on random geometries with two spatial axes. */
class WindowOperatorsTest {
    private static final int CHANNELS = 2;

    /** A random window on a random input of one sample. */
    private static final class Geometry {
        final int[] size = new int[2];
        final int[] kernel = new int[2];
        final int[] stride = new int[2];
        final int[] dilation = new int[2];
        final int[] begin = new int[2];
        final int[] end = new int[2];
        final double[] x;

        Geometry(SplittableRandom random) {
            for (int i = 0; i < 2; i++) {
                kernel[i] = random.nextInt(1, 4);
                stride[i] = random.nextInt(1, 4);
                dilation[i] = random.nextInt(1, 3);
                size[i] = random.nextInt(5, 9);
                begin[i] = random.nextInt(0, kernel[i]);
                end[i] = random.nextBoolean() ? begin[i] : random.nextInt(0, kernel[i]);
            }
            x = random.doubles((long) CHANNELS * size[0] * size[1], -2, 2).toArray();
        }

        Map<String, Object> attributes() {
            Map<String, Object> a = new TreeMap<>();
            a.put("kernel_shape", longs(kernel));
            a.put("strides", longs(stride));
            a.put("dilations", longs(dilation));
            a.put("pads", new long[] {begin[0], begin[1], end[0], end[1]});
            return a;
        }

        /**
         * Positions of the window that fit, by trying. With {@code ceil} the last may hang over, but not start in the
         * end pads.
         */
        int output(int axis, boolean ceil) {
            int n = 0;
            int padded = begin[axis] + size[axis] + end[axis];
            while (n * stride[axis] + (kernel[axis] - 1) * dilation[axis] < padded) {
                n++;
            }
            int covered = (n - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis] + 1;
            boolean more = ceil && covered < padded && n * stride[axis] < begin[axis] + size[axis];
            return more ? n + 1 : n;
        }

        /**
         * The values at the window's positions that lie on the input, in row-major order; NaN where they lie on
         * padding.
         */
        double[] window(int c, int oh, int ow) {
            double[] w = new double[kernel[0] * kernel[1]];
            for (int i = 0; i < w.length; i++) {
                int h = oh * stride[0] + i / kernel[1] * dilation[0] - begin[0];
                int v = ow * stride[1] + i % kernel[1] * dilation[1] - begin[1];
                boolean inside = h >= 0 && h < size[0] && v >= 0 && v < size[1];
                w[i] = inside ? x[(c * size[0] + h) * size[1] + v] : Double.NaN;
            }
            return w;
        }

        /** Positions of a window that count for a divisor that includes declared padding. */
        int counted(int oh, int ow) {
            int n = 0;
            for (int i = 0; i < kernel[0] * kernel[1]; i++) {
                boolean h = oh * stride[0] + i / kernel[1] * dilation[0] < begin[0] + size[0] + end[0];
                boolean v = ow * stride[1] + i % kernel[1] * dilation[1] < begin[1] + size[1] + end[1];
                n += h && v ? 1 : 0;
            }
            return n;
        }

        Array input() {
            return Array.of(x, 1, CHANNELS, size[0], size[1]);
        }
    }

    /** What a pool makes of one window. */
    private interface Pool {
        double of(double[] window, int counted);
    }

    @RepeatedTest(40)
    void maxPool_ofRandomWindow_equalsLoop(RepetitionInfo info) {
        checkPool(
                "MaxPool",
                "",
                info,
                Map.of(),
                (w, n) -> Arrays.stream(w).filter(v -> !Double.isNaN(v)).max().orElse(Double.NEGATIVE_INFINITY));
    }

    @RepeatedTest(40)
    void averagePool_ofRandomWindow_equalsLoop(RepetitionInfo info) {
        boolean countPads = info.getCurrentRepetition() % 2 == 0;
        checkPool("AveragePool", "", info, Map.of("count_include_pad", countPads ? 1L : 0L), (w, n) -> {
            double[] present = Arrays.stream(w).filter(v -> !Double.isNaN(v)).toArray();
            int divisor = countPads ? n : present.length;
            return divisor == 0 ? 0 : Arrays.stream(present).sum() / divisor;
        });
    }

    @RepeatedTest(20)
    void lpPool_ofRandomWindow_equalsLoop(RepetitionInfo info) {
        checkPool(
                "LpPool",
                "",
                info,
                Map.of("p", 3L),
                (w, n) -> Math.cbrt(Arrays.stream(w)
                        .filter(v -> !Double.isNaN(v))
                        .map(v -> Math.abs(v * v * v))
                        .sum()));
    }

    @RepeatedTest(20)
    void smoothMaxPool_ofRandomWindow_equalsLogSumExp(RepetitionInfo info) {
        checkPool(
                "SmoothMaxPool",
                Node.QUALM_DOMAIN,
                info,
                Map.of("beta", 2f),
                (w, n) -> Math.log(Arrays.stream(w)
                                .filter(v -> !Double.isNaN(v))
                                .map(v -> Math.exp(2 * v))
                                .sum())
                        / 2);
    }

    @Test
    void smoothMaxPool_largeBetaAndValues_staysFinite() {
        Attributes a = new Attributes(Map.of("kernel_shape", new long[] {2}, "beta", 1000f));
        Array y = run("SmoothMaxPool", Node.QUALM_DOMAIN, 1, a, Array.of(new double[] {500, 499, -500, -499}, 1, 1, 4))
                .get(0);
        assertThat(y.doubles()[0]).isCloseTo(500, within(1e-12));
        assertThat(y.doubles()[2]).isCloseTo(-499, within(1e-12));
    }

    @Test
    void maxPool_tie_reportsFirstPosition() {
        Attributes a = new Attributes(Map.of("kernel_shape", new long[] {2, 2}, "pads", new long[] {1, 1, 0, 0}));
        List<Array> out = run("MaxPool", "", 2, a, Array.of(new double[] {3, 3, 3, 3}, 1, 1, 2, 2));
        assertThat(out.get(0).doubles()).containsExactly(3, 3, 3, 3);
        assertThat(out.get(1).longs()).containsExactly(0, 0, 0, 0);
    }

    @Test
    void maxUnpool_ofMaxPoolWithRemainder_putsValuesBack() {
        double[] values = new double[25];
        Arrays.setAll(values, i -> i + 1);
        Map<String, Object> window = Map.of("kernel_shape", new long[] {2, 2}, "strides", new long[] {2, 2});
        List<Array> pooled = run("MaxPool", "", 2, new Attributes(window), Array.of(values, 1, 1, 5, 5));
        Array shape = Array.of(new long[] {1, 1, 5, 5}, 4);
        Array y = run("MaxUnpool", "", 1, new Attributes(window), pooled.get(0), pooled.get(1), shape)
                .get(0);
        double[] expected = new double[25];
        for (int at : new int[] {6, 8, 16, 18}) {
            expected[at] = at + 1;
        }
        assertThat(y.doubles()).containsExactly(expected);
    }

    @Test
    void maxPool_columnMajor_countsDownColumns() {
        Attributes a = new Attributes(Map.of("kernel_shape", new long[] {1, 1}, "storage_order", 1L));
        List<Array> out = run("MaxPool", "", 2, a, Array.of(new double[12], 1, 2, 2, 3));
        assertThat(out.get(1).longs()).containsExactly(0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11);
    }

    @RepeatedTest(40)
    void conv_ofRandomWindow_equalsLoop(RepetitionInfo info) {
        SplittableRandom random = new SplittableRandom(info.getCurrentRepetition());
        Geometry g = new Geometry(random);
        int area = g.kernel[0] * g.kernel[1];
        double[] w = random.doubles(3L * CHANNELS * area, -1, 1).toArray();
        double[] b = random.doubles(3, -1, 1).toArray();
        int h = g.output(0, false);
        int v = g.output(1, false);
        double[] expected = new double[3 * h * v];
        for (int o = 0; o < expected.length; o++) {
            int out = o / (h * v);
            double sum = b[out];
            for (int c = 0; c < CHANNELS; c++) {
                double[] window = g.window(c, o / v % h, o % v);
                for (int i = 0; i < area; i++) {
                    sum += Double.isNaN(window[i]) ? 0 : window[i] * w[(out * CHANNELS + c) * area + i];
                }
            }
            expected[o] = sum;
        }
        Array y = run(
                        "Conv",
                        "",
                        1,
                        new Attributes(g.attributes()),
                        g.input(),
                        Array.of(w, 3, CHANNELS, g.kernel[0], g.kernel[1]),
                        Array.of(b, 3))
                .get(0);
        assertThat(y.shape()).containsExactly(1, 3, h, v);
        assertThat(y.doubles()).usingComparatorWithPrecision(1e-12).containsExactly(expected);
    }

    /** The transpose is the adjoint: the inner product of y with Conv(x) is that of ConvTranspose(y) with x. */
    @RepeatedTest(40)
    void convTranspose_ofRandomWindow_isAdjointOfConv(RepetitionInfo info) {
        SplittableRandom random = new SplittableRandom(info.getCurrentRepetition());
        Geometry g = new Geometry(random);
        Array w = Array.of(
                random.doubles(3L * CHANNELS * g.kernel[0] * g.kernel[1], -1, 1).toArray(),
                3,
                CHANNELS,
                g.kernel[0],
                g.kernel[1]);
        Array forward =
                run("Conv", "", 1, new Attributes(g.attributes()), g.input(), w).get(0);
        Array y = Array.of(random.doubles(forward.size(), -1, 1).toArray(), forward.shape());
        Map<String, Object> a = new TreeMap<>(g.attributes());
        // What strides do not reach at the end of x is output padding.
        a.put("output_padding", new long[] {remainder(g, 0), remainder(g, 1)});
        Array back = run("ConvTranspose", "", 1, new Attributes(a), y, w).get(0);
        assertThat(back.shape()).containsExactly(1, CHANNELS, g.size[0], g.size[1]);
        assertThat(dot(back, g.input())).isCloseTo(dot(y, forward), within(1e-10));
    }

    private static long remainder(Geometry g, int i) {
        return (g.size[i] + g.begin[i] + g.end[i] - (g.kernel[i] - 1) * g.dilation[i] - 1) % g.stride[i];
    }

    private static double dot(Array a, Array b) {
        double sum = 0;
        for (int i = 0; i < a.size(); i++) {
            sum += a.get(i) * b.get(i);
        }
        return sum;
    }

    @ParameterizedTest
    @ValueSource(strings = {"SAME_UPPER", "SAME_LOWER"})
    void conv_same_putsOddPadWhereItsNameSays(String autoPad) {
        Attributes a = new Attributes(Map.of("auto_pad", autoPad));
        Array x = Array.of(new double[] {1, 2, 4}, 1, 1, 3);
        double[] y = run("Conv", "", 1, a, x, Array.of(new double[] {1, 1}, 1, 1, 2))
                .get(0)
                .doubles();
        assertThat(y).containsExactly(autoPad.equals("SAME_UPPER") ? new double[] {3, 6, 4} : new double[] {1, 3, 6});
    }

    @Test
    void conv_weightsUnlikeKernelShape_isRefused() {
        Attributes a = new Attributes(Map.of("kernel_shape", new long[] {2}));
        assertThatThrownBy(
                        () -> run("Conv", "", 1, a, Array.of(new double[3], 1, 1, 3), Array.of(new double[3], 1, 1, 3)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("kernel_shape, found [3]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"strides", "dilations", "kernel_shape", "pads", "auto_pad", "storage_order"})
    void maxPool_senselessAttribute_isRefused(String name) {
        Map<String, Object> a = new TreeMap<>(Map.of("kernel_shape", new long[] {2}));
        a.put(
                name,
                switch (name) {
                    case "auto_pad" -> "SAME";
                    case "storage_order" -> 2L;
                    default -> new long[] {-1};
                });
        assertThatThrownBy(() -> run("MaxPool", "", 1, new Attributes(a), Array.of(new double[4], 1, 1, 4)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("MaxPool 'node'")
                .hasMessageContaining(name);
    }

    private static void checkPool(
            String type, String domain, RepetitionInfo info, Map<String, Object> more, Pool pool) {
        Geometry g = new Geometry(new SplittableRandom(info.getCurrentRepetition()));
        boolean ceil = info.getCurrentRepetition() % 3 == 0;
        int h = g.output(0, ceil);
        int v = g.output(1, ceil);
        double[] expected = new double[CHANNELS * h * v];
        for (int o = 0; o < expected.length; o++) {
            expected[o] = pool.of(g.window(o / (h * v), o / v % h, o % v), g.counted(o / v % h, o % v));
        }
        Map<String, Object> a = new TreeMap<>(g.attributes());
        a.putAll(more);
        a.put("ceil_mode", ceil ? 1L : 0L);
        Array y = run(type, domain, 1, new Attributes(a), g.input()).get(0);
        assertThat(y.shape()).containsExactly(1, CHANNELS, h, v);
        for (int o = 0; o < expected.length; o++) {
            boolean same = y.doubles()[o] == expected[o] || Math.abs(y.doubles()[o] - expected[o]) < 1e-12;
            assertThat(same)
                    .as("%s: %s at %d, expected %s", type, y.doubles()[o], o, expected[o])
                    .isTrue();
        }
    }

    private static List<Array> run(String type, String domain, int outputs, Attributes attributes, Array... inputs) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < inputs.length; i++) {
            names.add("in" + i);
        }
        Node node = new Node("node", domain, type, names, outputs == 1 ? List.of("a") : List.of("a", "b"), attributes);
        Operator operator = Objects.requireNonNull(Operators.find(domain, type), type);
        Kernel kernel = operator.factory().create(new NodeContext(node, 22, Precision.FLOAT64, false, Map.of()));
        try (NativeScope scope = NativeScope.values()) {
            Tensor[] in = Arrays.stream(inputs)
                    .map(a -> Tensors.of(a, Precision.FLOAT64))
                    .toArray(Tensor[]::new);
            return Arrays.stream(kernel.run(new Inputs(in)))
                    .map(Tensors::toArray)
                    .toList();
        }
    }

    private static long[] longs(int[] values) {
        return Tensors.longs(values);
    }
}
