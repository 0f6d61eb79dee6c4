package dev.qualm.sustainability;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.TestNetworks;
import dev.qualm.network.engine.Precision;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every measure against its definition, written out over copies of the activations. */
class SustainabilityOracleTest {
    private static final int N = 11;

    private static final Array CLEAN = TestNetworks.images(N, 1);
    private static final Array MOVED = moved(0.3, 2);

    private static Array moved(double by, long seed) {
        double[] x = CLEAN.toDoubles().clone();
        double[] noise = TestNetworks.images(N, seed).toDoubles();
        Arrays.setAll(x, i -> x[i] + by * noise[i]);
        return Array.of(x, CLEAN.shape());
    }

    @ParameterizedTest
    @EnumSource(value = Measure.class, mode = EnumSource.Mode.EXCLUDE, names = "LINEAR_CKA")
    void analyse_measurePerItem_equalsDefinition(Measure measure) {
        try (Network network = Network.of(TestNetworks.residual(3), Precision.FLOAT64)) {
            SustainabilityResult found = LayerSustainability.of(network)
                    .withMeasures(measure)
                    .withItemValues(true)
                    .compare(CLEAN, MOVED);
            Array items = requireNonNull(found.itemValues().get("given/" + measure.label()));
            assertThat(found.taps()).extracting(Tap::tensor).containsExactly("relu1", "relu2");
            for (int t = 0; t < 2; t++) {
                double[][] a = rows(network, CLEAN, found.taps().get(t));
                double[][] b = rows(network, MOVED, found.taps().get(t));
                double sum = 0;
                for (int i = 0; i < N; i++) {
                    double expected = oracle(measure, a[i], b[i]);
                    sum += expected / N;
                    assertThat(items.get(i * 2 + t)).isCloseTo(expected, within(1e-9 * Math.max(1, expected)));
                }
                LayerMovement movement = found.movements().get(t);
                double whole = oracle(measure, joined(a), joined(b));
                assertThat(movement.value()).isCloseTo(sum, within(1e-9 * Math.max(1, sum)));
                assertThat(movement.whole()).isCloseTo(whole, within(1e-9 * Math.max(1, whole)));
                assertThat(movement.count()).isEqualTo(N);
            }
        }
    }

    private static double oracle(Measure measure, double[] a, double[] b) {
        double square = 0;
        double largest = 0;
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int j = 0; j < a.length; j++) {
            square += (a[j] - b[j]) * (a[j] - b[j]);
            largest = Math.max(largest, Math.abs(a[j] - b[j]));
            dot += a[j] * b[j];
            aa += a[j] * a[j];
            bb += b[j] * b[j];
        }
        return switch (measure) {
            case RELATIVE_ERROR -> Math.sqrt(square / aa);
            case ABSOLUTE_L2 -> Math.sqrt(square);
            case MSE -> square / a.length;
            case LINF -> largest;
            case COSINE_DISTANCE -> 1 - dot / Math.sqrt(aa * bb);
            case LINEAR_CKA -> throw new AssertionError("not per item");
        };
    }

    @Test
    void linearCka_biasedInOneBatch_equalsCovarianceForm() {
        try (Network network = Network.of(TestNetworks.residual(3), Precision.FLOAT64)) {
            SustainabilityResult found = LayerSustainability.of(network, Taps.named("gap", "logits"))
                    .withMeasures(Measure.LINEAR_CKA)
                    .withCka(new CkaOptions(N, false))
                    .compare(CLEAN, MOVED);
            for (LayerMovement movement : found.movements()) {
                double[][] a = centred(rows(network, CLEAN, movement.tap()));
                double[][] b = centred(rows(network, MOVED, movement.tap()));
                double expected = 1 - cross(a, b) / Math.sqrt(cross(a, a) * cross(b, b));
                assertThat(movement.value()).isCloseTo(expected, within(1e-10));
            }
        }
    }

    /** Squared Frobenius norm of the cross-covariance, as Kornblith et al. write linear CKA. */
    private static double cross(double[][] a, double[][] b) {
        double sum = 0;
        for (int p = 0; p < a[0].length; p++) {
            for (int q = 0; q < b[0].length; q++) {
                double c = 0;
                for (int i = 0; i < a.length; i++) {
                    c += a[i][p] * b[i][q];
                }
                sum += c * c;
            }
        }
        return sum;
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 11, 64})
    void linearCka_unbiasedInBatches_equalsSumOverDifferentItems(int batch) {
        try (Network network = Network.of(TestNetworks.residual(3), Precision.FLOAT64)) {
            SustainabilityResult found = LayerSustainability.of(network, Taps.named("gap"))
                    .withMeasures(Measure.LINEAR_CKA)
                    .withCka(new CkaOptions(batch, true))
                    .compare(CLEAN, MOVED);
            double[][] a = rows(network, CLEAN, found.taps().get(0));
            double[][] b = rows(network, MOVED, found.taps().get(0));
            double[] sums = new double[3];
            int batches = 0;
            for (int from = 0; from < N; from += batch) {
                int to = Math.min(N, from + batch);
                if (to - from >= 4) {
                    double[][] x = Arrays.copyOfRange(a, from, to);
                    double[][] y = Arrays.copyOfRange(b, from, to);
                    sums[0] += hsic(x, y);
                    sums[1] += hsic(x, x);
                    sums[2] += hsic(y, y);
                    batches++;
                }
            }
            LayerMovement movement = found.movements().get(0);
            assertThat(movement.value()).isCloseTo(1 - sums[0] / Math.sqrt(sums[1] * sums[2]), within(1e-9));
            assertThat(movement.count()).isEqualTo(batches);
            assertThat(movement.interval() == null).isEqualTo(batches < 2);
        }
    }

    /** The U-statistic as a sum over four different items (Song et al. 2012, eq. 4). */
    private static double hsic(double[][] x, double[][] y) {
        int n = x.length;
        double pairs = 0;
        double triples = 0;
        double quadruples = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                for (int q = 0; q < n; q++) {
                    boolean three = i != j && j != q && i != q;
                    triples += three ? dot(x[i], x[j]) * dot(y[i], y[q]) : 0;
                    for (int r = 0; three && r < n; r++) {
                        boolean four = r != i && r != j && r != q;
                        quadruples += four ? dot(x[i], x[j]) * dot(y[q], y[r]) : 0;
                    }
                }
                pairs += i == j ? 0 : dot(x[i], x[j]) * dot(y[i], y[j]);
            }
        }
        double m = n;
        return pairs / (m * (m - 1))
                + quadruples / (m * (m - 1) * (m - 2) * (m - 3))
                - 2 * triples / (m * (m - 1) * (m - 2));
    }

    @Test
    void analyse_float32_agreesWithFloat64() {
        Measure[] all = Measure.values();
        double[] single;
        double[] exact;
        try (Network f = Network.of(TestNetworks.residual(3), Precision.FLOAT32);
                Network d = Network.of(TestNetworks.residual(3), Precision.FLOAT64)) {
            single = values(LayerSustainability.of(f).withMeasures(all).compare(CLEAN, MOVED));
            exact = values(LayerSustainability.of(d).withMeasures(all).compare(CLEAN, MOVED));
        }
        for (int i = 0; i < exact.length; i++) {
            assertThat(single[i]).isCloseTo(exact[i], within(1e-5 * Math.max(1, exact[i])));
        }
    }

    private static double[] values(SustainabilityResult result) {
        return result.movements().stream().mapToDouble(LayerMovement::value).toArray();
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double[][] centred(double[][] rows) {
        double[][] out = new double[rows.length][rows[0].length];
        for (int j = 0; j < rows[0].length; j++) {
            double mean = 0;
            for (double[] row : rows) {
                mean += row[j] / rows.length;
            }
            for (int i = 0; i < rows.length; i++) {
                out[i][j] = rows[i][j] - mean;
            }
        }
        return out;
    }

    private static double[] joined(double[][] rows) {
        return List.of(rows).stream().flatMapToDouble(Arrays::stream).toArray();
    }

    private static double[][] rows(Network network, Array batch, Tap tap) {
        Array values = requireNonNull(network.run(batch, List.of(tap.tensor())).get(tap.tensor()));
        int width = values.size() / values.dim(0);
        double[][] rows = new double[values.dim(0)][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Arrays.copyOfRange(values.toDoubles(), i * width, (i + 1) * width);
        }
        return rows;
    }
}
