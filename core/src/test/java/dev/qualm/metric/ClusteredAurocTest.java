package dev.qualm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.ShapeException;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClusteredAurocTest {
    /** Items and what was made of them: {first score clean, first changed, second clean, second changed}. */
    private static double[][] twins(int n, Random random) {
        double[][] out = new double[4][n];
        for (int i = 0; i < n; i++) {
            double item = random.nextGaussian();
            double other = random.nextGaussian();
            out[0][i] = item + 0.3 * random.nextGaussian();
            out[1][i] = item + 0.8 + 0.3 * random.nextGaussian();
            out[2][i] = 0.7 * item + other + 0.3 * random.nextGaussian();
            out[3][i] = 0.7 * item + other + 0.5 + 0.3 * random.nextGaussian();
        }
        return out;
    }

    private static double kernel(double positive, double negative) {
        return positive > negative ? 1 : positive == negative ? 0.5 : 0;
    }

    /** Straight from the definition, pair by pair. */
    private static double slow(double[] neg, double[] pos, int[] negOf, int[] posOf, int clusters) {
        double value = 0;
        for (double p : pos) {
            for (double n : neg) {
                value += kernel(p, n) / (pos.length * neg.length);
            }
        }
        double sum = 0;
        for (int c = 0; c < clusters; c++) {
            double own = 0;
            for (int i = 0; i < pos.length; i++) {
                for (int j = 0; j < neg.length; j++) {
                    double part = (kernel(pos[i], neg[j]) - value) / (pos.length * neg.length);
                    own += (posOf[i] == c ? part : 0) + (negOf[j] == c ? part : 0);
                }
            }
            sum += own * own;
        }
        return sum * clusters / (clusters - 1);
    }

    @Test
    void variance_ofTiedClusters_isThatOfTheDefinition() {
        Random random = new Random(1);
        for (int round = 0; round < 50; round++) {
            int clusters = 2 + random.nextInt(6);
            int[] negOf =
                    IntStream.range(0, 3 + clusters).map(i -> i % clusters).toArray();
            int[] posOf = random.ints(1 + random.nextInt(8), 0, clusters).toArray();
            double[] neg = random.ints(negOf.length, 0, 4).asDoubleStream().toArray();
            double[] pos = random.ints(posOf.length, 1, 5).asDoubleStream().toArray();
            ClusteredAuroc found = ClusteredAuroc.of(neg, pos, negOf, posOf);
            assertThat(found.auroc().value()).isEqualTo(Auroc.of(neg, pos).value());
            assertThat(found.auroc().variance()).isCloseTo(slow(neg, pos, negOf, posOf, clusters), within(1e-12));
        }
    }

    @Test
    void variance_ofIndependentCases_isAlmostDeLongs() {
        Random random = new Random(2);
        double[] neg = random.doubles(400).toArray();
        double[] pos = random.doubles(300).map(v -> v + 0.2).toArray();
        ClusteredAuroc found = ClusteredAuroc.of(
                neg,
                pos,
                IntStream.range(0, 400).toArray(),
                IntStream.range(400, 700).toArray());
        double deLong = Auroc.of(neg, pos).variance();
        assertThat(found.auroc().variance() / deLong).isBetween(0.99, 1.01);
        assertThat(found.clusters()).isEqualTo(700);
    }

    @Test
    void variance_ofTwins_isWhatRepetitionShows_andDeLongsIsNot() {
        int n = 60;
        int[] own = IntStream.range(0, n).toArray();
        Random random = new Random(3);
        double[] values = new double[2000];
        double[] differences = new double[values.length];
        double claimed = 0;
        double deLong = 0;
        double claimedDifference = 0;
        int covered = 0;
        double truth = Auroc.of(twins(200_000, random)[0], twins(200_000, new Random(4))[1])
                .value();
        for (int r = 0; r < values.length; r++) {
            double[][] t = twins(n, random);
            ClusteredAuroc found = ClusteredAuroc.of(t[0], t[1], own, own);
            values[r] = found.auroc().value();
            claimed += found.auroc().variance() / values.length;
            deLong += Auroc.of(t[0], t[1]).variance() / values.length;
            AurocDifference d = ClusteredAuroc.difference(t[0], t[1], t[2], t[3], own, own);
            differences[r] = d.difference();
            claimedDifference += d.variance() / values.length;
            covered += found.interval(0.95).contains(truth) ? 1 : 0;
        }
        assertThat(claimed / variance(values)).isBetween(0.9, 1.15);
        assertThat(claimedDifference / variance(differences)).isBetween(0.9, 1.15);
        assertThat(deLong / variance(values)).as("twins taken for independent").isGreaterThan(2);
        assertThat(covered / (double) values.length).isBetween(0.93, 0.97);
    }

    private static double variance(double[] values) {
        double mean = Arrays.stream(values).average().orElse(0);
        return Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / (values.length - 1);
    }

    @Test
    void interval_ofPerfectSeparation_isNewcombes() {
        int[] own = {0, 1, 2};
        ClusteredAuroc perfect = ClusteredAuroc.of(new double[] {1, 2, 3}, new double[] {4, 5, 6}, own, own);
        assertThat(perfect.interval(0.95)).isEqualTo(perfect.auroc().interval(0.95));
        assertThat(perfect.interval(0.95).low()).isLessThan(0.9);
    }

    @Test
    void of_misfits_isRefused() {
        assertThatThrownBy(() -> ClusteredAuroc.of(new double[] {1}, new double[] {2}, new int[] {5}, new int[] {5}))
                .isInstanceOf(MetricException.class)
                .hasMessageContaining("2 clusters");
        assertThatThrownBy(() -> ClusteredAuroc.of(new double[] {1}, new double[] {2}, new int[] {5, 6}, new int[] {5}))
                .isInstanceOf(ShapeException.class);
        assertThatThrownBy(() ->
                        ClusteredAuroc.of(new double[] {Double.NaN}, new double[] {2}, new int[] {5}, new int[] {6}))
                .isInstanceOf(MetricException.class);
    }
}
