package dev.qualm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StructuralSimilarityTest {
    static double[] first(int h, int w) {
        double[] out = new double[h * w];
        for (int i = 0; i < out.length; i++) {
            out[i] = Math.sin(0.7 * (i / w) + 0.3 * (i % w)) + 0.1 * (i % w);
        }
        return out;
    }

    static double[] second(int h, int w) {
        double[] out = new double[h * w];
        for (int i = 0; i < out.length; i++) {
            out[i] = Math.cos(0.5 * (i / w) - 0.2 * (i % w)) * (i / w) / h;
        }
        return out;
    }

    @Test
    void gaussianAndUniform_waveMaps_equalTheFormulaInScipy() {
        // scipy 1.10.1: gaussian_filter(1.5, truncate=3.5) or uniform_filter(7) with n / (n - 1), borders of half a
        // window cut.
        StructuralSimilarity g = StructuralSimilarity.gaussian();
        StructuralSimilarity u = StructuralSimilarity.uniform();
        double[] a = first(16, 20);
        double[] b = second(16, 20);
        double[] mixed = mixed(a, b);
        assertThat(g.of(a, b, 16, 20)).isCloseTo(-0.007523420504510864, within(1e-12));
        assertThat(u.of(a, b, 16, 20)).isCloseTo(-0.0050641004203655455, within(1e-12));
        assertThat(g.of(a, mixed, 16, 20)).isCloseTo(0.9480450260556607, within(1e-12));
        assertThat(u.of(a, mixed, 16, 20)).isCloseTo(0.9464320117077583, within(1e-12));
        double[] c = first(32, 32);
        double[] d = second(32, 32);
        assertThat(g.of(c, d, 32, 32)).isCloseTo(-0.009737950466063084, within(1e-12));
        assertThat(u.of(c, mixed(c, d), 32, 32)).isCloseTo(0.950645282910572, within(1e-12));
    }

    private static double[] mixed(double[] a, double[] b) {
        double[] out = new double[a.length];
        Arrays.setAll(out, i -> 0.8 * a[i] + 0.1 * b[i]);
        return out;
    }

    @Test
    void both_randomMaps_equalTheWindowByWindowFormula() {
        Random random = new Random(3);
        for (int[] size : new int[][] {{1, 1}, {1, 9}, {4, 6}, {7, 7}, {11, 12}, {15, 8}}) {
            double[] a = random.doubles(size[0] * size[1], -3, 5).toArray();
            double[] b = random.doubles(size[0] * size[1], -3, 5).toArray();
            for (StructuralSimilarity s :
                    new StructuralSimilarity[] {StructuralSimilarity.gaussian(), StructuralSimilarity.uniform()}) {
                double expected = slow(s, a, b, size[0], size[1]);
                if (Double.isNaN(expected)) {
                    assertThat(s.of(a, b, size[0], size[1])).isNaN();
                } else {
                    assertThat(s.of(a, b, size[0], size[1])).isCloseTo(expected, within(1e-12));
                }
            }
        }
    }

    /** Straight from the definition: every window's weighted moments in two dimensions. */
    private static double slow(StructuralSimilarity s, double[] a, double[] b, int h, int w) {
        double range = Math.max(max(a), max(b)) + Math.max(max(negated(a)), max(negated(b)));
        double c1 = Math.pow(0.01 * range, 2);
        double c2 = Math.pow(0.03 * range, 2);
        int kh = Math.min(s.size(), h % 2 == 0 ? h - 1 : h);
        int kw = Math.min(s.size(), w % 2 == 0 ? w - 1 : w);
        double total = 0;
        int windows = 0;
        for (int top = 0; top + kh <= h; top++) {
            for (int left = 0; left + kw <= w; left++) {
                double[] m = new double[3];
                double[] v = new double[3];
                for (int pass = 0; pass < 2; pass++) {
                    for (int r = 0; r < kh; r++) {
                        for (int c = 0; c < kw; c++) {
                            double dr = r - kh / 2;
                            double dc = c - kw / 2;
                            double weight = s.kind() == StructuralSimilarity.Window.GAUSSIAN
                                    ? Math.exp(-(dr * dr + dc * dc) / (2 * 1.5 * 1.5))
                                    : 1;
                            double x = a[(top + r) * w + left + c];
                            double y = b[(top + r) * w + left + c];
                            if (pass == 0) {
                                m[0] += weight * x;
                                m[1] += weight * y;
                                m[2] += weight;
                            } else {
                                v[0] += weight * Math.pow(x - m[0], 2);
                                v[1] += weight * Math.pow(y - m[1], 2);
                                v[2] += weight * (x - m[0]) * (y - m[1]);
                            }
                        }
                    }
                    if (pass == 0) {
                        m[0] /= m[2];
                        m[1] /= m[2];
                    }
                }
                double divisor = s.kind() == StructuralSimilarity.Window.GAUSSIAN ? m[2] : m[2] - 1;
                total += (2 * m[0] * m[1] + c1)
                        * (2 * v[2] / divisor + c2)
                        / ((m[0] * m[0] + m[1] * m[1] + c1) * ((v[0] + v[1]) / divisor + c2));
                windows++;
            }
        }
        return total / windows;
    }

    private static double max(double[] a) {
        return Arrays.stream(a).max().orElseThrow();
    }

    private static double[] negated(double[] a) {
        return Arrays.stream(a).map(v -> -v).toArray();
    }

    @Test
    void gaussian_commonScale_isInvariantDownToTinyMaps() {
        double[] a = first(16, 20);
        double[] b = second(16, 20);
        double expected = StructuralSimilarity.gaussian().of(a, b, 16, 20);
        for (double scale : new double[] {1e-5, 1e-200, 1e200}) {
            double[] p = Arrays.stream(a).map(v -> v * scale).toArray();
            double[] q = Arrays.stream(b).map(v -> v * scale).toArray();
            assertThat(StructuralSimilarity.gaussian().of(p, q, 16, 20)).isCloseTo(expected, within(1e-11));
        }
    }

    @Test
    void both_oneConstantOrEmptyRange_isNaNOnlyWhereUndefined() {
        double[] two = {2, 2, 2, 2, 2, 2, 2, 2, 2};
        assertThat(StructuralSimilarity.gaussian().of(two, two, 3, 3)).isNaN();
        // Constants 2 and 1: variances vanish and the range is 1, which leaves (2*2*1 + .0001) / (4 + 1 + .0001).
        double[] one = {1, 1, 1, 1, 1, 1, 1, 1, 1};
        assertThat(StructuralSimilarity.gaussian().of(two, one, 3, 3)).isCloseTo(4.0001 / 5.0001, within(1e-12));
        assertThat(StructuralSimilarity.uniform().of(new double[] {1}, new double[] {2}, 1, 1))
                .isNaN();
    }

    @Test
    void window_evenSize_isRefused() {
        assertThatThrownBy(() -> new StructuralSimilarity(StructuralSimilarity.Window.GAUSSIAN, 10))
                .isInstanceOf(MetricException.class)
                .hasMessageContaining("odd");
    }
}
