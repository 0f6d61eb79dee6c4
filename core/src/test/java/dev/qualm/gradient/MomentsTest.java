package dev.qualm.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MomentsTest {
    private static final double[] POWERS = {0.5, 1, 3, 7};
    private static final List<Metric> METRICS = List.of(
            Metric.max(),
            Metric.min(),
            Metric.meanStd(),
            Metric.pNorm(0.5),
            Metric.pNorm(1),
            Metric.pNorm(2),
            Metric.pNorm(3),
            Metric.pNorm(7),
            Metric.pNorm(Double.POSITIVE_INFINITY));

    private static Moments of(double... x) {
        Moments m = new Moments(POWERS);
        m.add(x, 0, x.length);
        return m;
    }

    private static Moments ofFloats(float... x) {
        Moments m = new Moments(POWERS);
        m.add(x, 0, x.length);
        return m;
    }

    private static void assertMetrics(Moments actual, double[] entries, double tolerance) {
        double[] values = new double[MetricValues.width(METRICS)];
        assertThat(MetricValues.write(METRICS, actual, 1, values, 0)).isEqualTo(values.length);
        double[] expected = SlowGradients.metrics(METRICS, entries);
        for (int i = 0; i < values.length; i++) {
            assertThat(values[i])
                    .as("column %s", i)
                    .isCloseTo(expected[i], within(tolerance * Math.max(1e-6, Math.abs(expected[i]))));
        }
        assertThat(actual.count()).isEqualTo(entries.length);
    }

    @Test
    void add_anyLength_equalsDefinitions() {
        Random random = new Random(1);
        for (int n = 1; n < 40; n++) {
            float[] x = GraphOf.normal(random, n, Math.pow(10, random.nextInt(7) - 3));
            double[] d = new double[n];
            for (int i = 0; i < n; i++) {
                d[i] = x[i];
            }
            assertMetrics(ofFloats(x), d, 1e-11);
            assertMetrics(of(d), d, 1e-11);
        }
    }

    @Test
    void add_partsInAnyOrder_equalsWhole() {
        Random random = new Random(2);
        double[] d = new double[100];
        Moments merged = new Moments(POWERS);
        for (int i = 0; i < 100; i++) {
            d[i] = random.nextGaussian() * Math.pow(10, i / 20);
        }
        for (int[] part : new int[][] {{60, 100}, {0, 7}, {7, 7}, {30, 60}, {7, 30}}) {
            Moments m = new Moments(POWERS);
            m.add(d, part[0], part[1]);
            merged.add(m);
        }
        assertMetrics(merged, d, 1e-11);
    }

    @Test
    void product_ofTwoVectors_equalsItsEntries() {
        Random random = new Random(3);
        for (int n = 1; n < 8; n++) {
            double[] a = random.doubles(n, -1, 3).toArray();
            double[] b = random.doubles(8 - n, -2, 1).toArray();
            double[] all = new double[a.length * b.length];
            for (int i = 0; i < all.length; i++) {
                all[i] = a[i / b.length] * b[i % b.length];
            }
            assertMetrics(Moments.product(of(a), of(b)), all, 1e-12);
        }
    }

    @Test
    void addZeros_equalsEntries() {
        Moments m = of(2, 3);
        m.addZeros(4);
        m.addZeros(0);
        assertMetrics(m, new double[] {2, 3, 0, 0, 0, 0}, 1e-14);
    }

    /** The reference returns NaN for the first and 1e-3 for the second. */
    @Test
    void deviation_ofConstants_isZero() {
        float[] tenths = new float[1000];
        Arrays.fill(tenths, 0.1f);
        assertThat(ofFloats(tenths).deviation()).isLessThan(1e-16);
        assertThat(of(3.7, 3.7, 3.7, 3.7, 3.7, 3.7, 3.7).deviation()).isZero();
        assertThat(ofFloats(5).deviation()).isZero();
    }

    @Test
    void deviation_farFromZero_keepsItsDigits() {
        Random random = new Random(4);
        float[] x = new float[5000];
        double[] d = new double[5000];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (100 + 0.01 * random.nextGaussian());
            d[i] = x[i];
        }
        double expected = SlowGradients.metrics(List.of(new Metric.MeanStd(false, 1e-16)), d)[0];
        assertThat(ofFloats(x).deviation()).isCloseTo(expected, within(1e-9 * expected));
        assertThat(of(d).deviation()).isCloseTo(expected, within(1e-9 * expected));
    }

    /** The reference returns 0 for small entries and infinity for large ones. */
    @Test
    void norm_ofHighOrder_neitherVanishesNorOverflows() {
        for (double size : new double[] {1e-30, 1e-3, 1e5, 1e30}) {
            Moments m = new Moments(new double[] {20, 1000});
            double[] x = new double[10];
            Arrays.fill(x, size);
            m.add(x, 0, 5);
            Moments n = new Moments(new double[] {20, 1000});
            n.add(x, 5, 10);
            m.add(n);
            assertThat(m.norm(20)).isCloseTo(size * Math.pow(10, 1 / 20.0), within(1e-12 * size));
            assertThat(m.norm(1000)).isCloseTo(size * Math.pow(10, 1 / 1000.0), within(1e-12 * size));
            assertThat(Moments.product(m, m).norm(20))
                    .isCloseTo(size * size * Math.pow(100, 1 / 20.0), within(1e-12 * size * size));
        }
    }

    @Test
    void norm_ofBlocksOfDifferentSize_weighsEach() {
        Moments m = new Moments(new double[] {20});
        m.add(new double[] {1e-12, 2e-12}, 0, 2);
        m.add(new double[] {3, -1}, 0, 2);
        m.add(new double[] {1e-12}, 0, 1);
        assertThat(m.norm(20)).isCloseTo(Math.pow(Math.pow(3, 20) + 1, 1 / 20.0), within(1e-12));
    }

    @Test
    void add_nan_reachesEveryStatistic() {
        for (Moments m : List.of(of(1, Double.NaN, 2), ofFloats(1, 2, 3, 4, Float.NaN, 5), ofFloats(Float.NaN, 1))) {
            double[] values = new double[MetricValues.width(METRICS)];
            MetricValues.write(METRICS, m, 1, values, 0);
            assertThat(values).containsOnly(Double.NaN);
        }
    }

    /** The reference's own examples. */
    @Test
    void write_publishedExamples() {
        double[] out = new double[5];
        List<Metric> metrics = List.of(Metric.max(), Metric.min(), Metric.meanStd(), Metric.pNorm(1));
        MetricValues.write(metrics, of(1, 1, 1), 1, out, 0);
        assertThat(out).containsExactly(1, 1, 1, 1e-16, 3);
        MetricValues.write(metrics, of(-1, 0, 1), 1, out, 0);
        assertThat(out).containsExactly(1, -1, 0, 1, 2);
        Moments both = of(1, 1, 1);
        both.add(of(-1, 0, 1));
        assertThat(both.mean()).isEqualTo(0.5);
        assertThat(of(100, 100).norm(2)).isEqualTo(Math.sqrt(20000));
        assertThat(of(-2, -2).norm(Double.POSITIVE_INFINITY)).isEqualTo(2);
    }

    @Test
    void norm_notCollected_isRefused() {
        assertThatThrownBy(() -> of(1).norm(4)).isInstanceOf(IllegalStateException.class);
    }
}
