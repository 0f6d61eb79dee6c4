package dev.qualm.detect.fitted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.detect.Softmax;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StatisticsTest {
    private static Readings random(int n, int classes, int d, double offset) {
        Random random = new Random(8);
        double[][] h = new double[n][d];
        double[][] z = new double[n][classes];
        int[] y = new int[n];
        for (int i = 0; i < n; i++) {
            y[i] = random.nextInt(classes);
            for (int j = 0; j < d; j++) {
                h[i][j] = offset + y[i] + random.nextGaussian() * (1 + j % 3);
            }
            for (int c = 0; c < classes; c++) {
                z[i][c] = (c == y[i] ? 1 : 0) + random.nextGaussian();
            }
        }
        return new Readings(z, h, y);
    }

    private static Site site(int classes, int d) {
        return new Site(classes, new double[classes][d], new double[classes]);
    }

    /** Two passes, straight from the definition, more features than a tile and an offset that sums of squares would drown in. */
    @Test
    void moments_batchesFarFromZero_equalTwoPassFormula() {
        int d = 530;
        Readings all = random(90, 3, d, 1e6);
        Moments moments = Moments.Of.FEATURES.empty(site(3, d));
        for (int from = 0; from < 90; from += 13) {
            moments.add(
                    all.select(IntStream.range(from, Math.min(90, from + 13)).toArray()));
        }
        double[][] mean = new double[3][d];
        int[] count = new int[3];
        double[] total = new double[d];
        for (int i = 0; i < 90; i++) {
            count[all.label(i)]++;
            for (int j = 0; j < d; j++) {
                mean[all.label(i)][j] += all.features(i)[j];
                total[j] += all.features(i)[j] / 90;
            }
        }
        for (int c = 0; c < 3; c++) {
            mean[c] = Vectors.scaled(mean[c], 1.0 / count[c]);
            assertThat(moments.means()[c]).containsExactly(mean[c], within(1e-8));
        }
        double[][] tied = moments.tied();
        double[][] pooled = moments.pooled();
        for (int a = 0; a < d; a += 41) {
            for (int b = 0; b < d; b += 37) {
                double expectedTied = 0;
                double expectedPooled = 0;
                for (int i = 0; i < 90; i++) {
                    double[] h = all.features(i);
                    double[] m = mean[all.label(i)];
                    expectedTied += (h[a] - m[a]) * (h[b] - m[b]) / 90;
                    expectedPooled += (h[a] - total[a]) * (h[b] - total[b]) / 90;
                }
                assertThat(tied[a][b]).isCloseTo(expectedTied, within(1e-8));
                assertThat(pooled[a][b]).isCloseTo(expectedPooled, within(1e-8));
            }
        }
    }

    @Test
    void bank_fewerItemsThanPlaces_holdsAllWithTheirCopies() {
        Readings all = random(50, 3, 2, 0);
        Bank bank = Bank.places(60).empty(site(3, 2));
        bank.add(all);
        bank.add(all.select(7));
        assertThat(bank.items()).hasSize(51);
        assertThat(Arrays.stream(Readings.rows(bank.features()))
                        .filter(h -> Arrays.equals(h, all.features(7)))
                        .count())
                .isEqualTo(2);
    }

    /** Over many banks each item is kept as often as any other: chi-square within its range. */
    @Test
    void bank_moreItemsThanPlaces_isAUniformSample() {
        int n = 40;
        int[] kept = new int[n];
        int rounds = 2000;
        for (int r = 0; r < rounds; r++) {
            double[][] h = new double[n][];
            for (int i = 0; i < n; i++) {
                h[i] = new double[] {i, r};
            }
            Bank bank = Bank.places(10).empty(site(2, 2));
            bank.add(Readings.of(new double[n][2], h));
            for (double[] row : Readings.rows(bank.features())) {
                kept[(int) row[0]]++;
            }
        }
        double expected = rounds * 10.0 / n;
        double chi = 0;
        for (int k : kept) {
            chi += (k - expected) * (k - expected) / (expected * (1 - 10.0 / n));
        }
        // 39 degrees of freedom, scaled: mean 39, deviation 8.8.
        assertThat(chi * (n - 1.0) / n).isBetween(12.0, 80.0);
    }

    @Test
    void bank_arraysOfTheCaller_areNotKept() {
        double[] h = {1, 2};
        Bank bank = Bank.places(5).empty(site(2, 2));
        bank.add(Readings.of(new double[1][2], new double[][] {h}));
        h[0] = 9;
        assertThat(Readings.rows(bank.features())[0]).containsExactly(1, 2);
    }

    @Test
    void temperature_logitsOfKnownTemperature_isFoundAndBestOnAGrid() {
        Random random = new Random(5);
        double truth = 2.5;
        int n = 4000;
        double[][] z = new double[n][3];
        int[] y = new int[n];
        for (int i = 0; i < n; i++) {
            for (int c = 0; c < 3; c++) {
                z[i][c] = 3 * random.nextGaussian();
            }
            double[] p = Softmax.probabilities(Vectors.scaled(z[i], 1 / truth));
            double u = random.nextDouble();
            y[i] = u < p[0] ? 0 : u < p[0] + p[1] ? 1 : 2;
        }
        DetectorFit fit = new DetectorFit(List.of(Detectors.parse("msp-temperature")), Site.withoutHead(3));
        fit.add(new Readings(z, new double[n][0], y));
        double found = fit.finish().get(0).learnt().number("temperature");
        assertThat(found).isCloseTo(truth, within(0.2));
        double best = loss(z, y, found);
        for (double t = 0.5; t < 10; t *= 1.01) {
            assertThat(loss(z, y, t)).isGreaterThanOrEqualTo(best);
        }
    }

    private static double loss(double[][] z, int[] y, double t) {
        double sum = 0;
        for (int i = 0; i < y.length; i++) {
            sum -= z[i][y[i]] / t - Softmax.logSumExp(Vectors.scaled(z[i], 1 / t));
        }
        return sum;
    }

    /** The closed form is the best of the distances of its norm: no random one tells right from wrong better. */
    @Test
    void relativeUncertainty_distances_areTheBestOfTheirNorm() {
        Readings all = random(400, 4, 1, 0);
        DetectorFit fit = new DetectorFit(List.of(Detectors.parse("rel-u")), Site.withoutHead(4));
        double[][] z = IntStream.range(0, 400).mapToObj(all::logits).toArray(double[][]::new);
        int[] y = IntStream.range(0, 400).map(all::label).toArray();
        fit.add(new Readings(z, new double[400][0], y));
        double[][] d = fit.finish().get(0).learnt().matrix("distance", 4, 4);
        double best = gap(all, d);
        double square = Arrays.stream(d).mapToDouble(r -> Vectors.dot(r, r)).sum();
        assertThat(square).isCloseTo(4, within(1e-12));
        Random random = new Random(9);
        for (int trial = 0; trial < 500; trial++) {
            double[][] other = new double[4][4];
            for (int a = 0; a < 4; a++) {
                for (int b = 0; b < a; b++) {
                    other[a][b] = Math.abs(random.nextGaussian()) * random.nextInt(2);
                    other[b][a] = other[a][b];
                }
            }
            double norm = Math.sqrt(
                    Arrays.stream(other).mapToDouble(r -> Vectors.dot(r, r)).sum());
            for (int a = 0; a < 4 && norm > 0; a++) {
                other[a] = Vectors.scaled(other[a], 2 / norm);
            }
            assertThat(gap(all, other)).isLessThanOrEqualTo(best + 1e-12);
        }
    }

    /** Mean uncertainty of wrong predictions less that of right ones. */
    private static double gap(Readings all, double[][] d) {
        List<Double> right = new ArrayList<>();
        List<Double> wrong = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            double[] p = Softmax.probabilities(all.logits(i));
            (all.label(i) == all.prediction(i) ? right : wrong).add(Vectors.dot(p, Vectors.times(d, p)));
        }
        return wrong.stream().mapToDouble(v -> v).average().orElseThrow()
                - right.stream().mapToDouble(v -> v).average().orElseThrow();
    }

    @Test
    void site_headOfAGraph_givesTheNetworksLogits() {
        try (var network = Planted.network()) {
            Site site = Site.of(network, Planted.CLASSES);
            Readings read = Planted.readings(network, Planted.ordinary(5, 3));
            for (int i = 0; i < 5; i++) {
                assertThat(site.logits(read.features(i))).containsExactly(read.logits(i), within(1e-12));
            }
        }
    }

    @Test
    void vectors_normOfHugeAndTinyNumbers_neitherOverflowsNorVanishes() {
        assertThat(Vectors.norm(new double[] {3e200, 4e200})).isCloseTo(5e200, within(1e186));
        assertThat(Vectors.norm(new double[] {3e-200, 4e-200})).isCloseTo(5e-200, within(1e-214));
        assertThat(Vectors.unit(new double[2])).containsExactly(0, 0);
    }

    @Test
    void knn_fewerItemsThanNeighbours_isRefused() {
        DetectorFit fit = new DetectorFit(List.of(Detectors.parse("knn:k=3")), site(2, 2));
        fit.add(random(2, 2, 2, 0));
        assertThatThrownBy(fit::finish).isInstanceOf(DetectorException.class).hasMessageContaining("k = 3");
    }
}
