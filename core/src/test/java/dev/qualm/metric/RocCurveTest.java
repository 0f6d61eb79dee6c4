package dev.qualm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RocCurveTest {
    @Test
    void points_randomTiedWithInfinities_equalCountsAtEveryThreshold() {
        Random random = new Random(2);
        for (int t = 0; t < 100; t++) {
            double[] neg = RandomScores.tied(random, 1 + random.nextInt(30), 8, 0);
            double[] pos = RandomScores.tied(random, 1 + random.nextInt(30), 8, 1);
            RocCurve curve = RocCurve.of(neg, pos);
            for (RocCurve.Point p : curve.points()) {
                assertThat(p.falsePositiveRate()).isEqualTo(flagged(neg, p.threshold()));
                assertThat(p.truePositiveRate()).isEqualTo(flagged(pos, p.threshold()));
            }
            assertThat(curve.area()).isCloseTo(Auroc.of(neg, pos).value(), within(1e-12));
        }
    }

    @Test
    void points_ends_areTheCorners() {
        RocCurve curve = RocCurve.of(new double[] {Double.POSITIVE_INFINITY}, new double[] {1, 1});
        assertThat(curve.point(0).threshold()).isNaN();
        assertThat(curve.point(0).falsePositiveRate()).isZero();
        assertThat(curve.point(0).truePositiveRate()).isZero();
        assertThat(curve.point(1)).isEqualTo(new RocCurve.Point(Double.POSITIVE_INFINITY, 1, 0));
        assertThat(curve.point(2)).isEqualTo(new RocCurve.Point(1, 1, 1));
        assertThat(curve.size()).isEqualTo(3);
    }

    @Test
    void thin_manyPoints_staysWithinTheStatedDistance() {
        Random random = new Random(4);
        RocCurve full = RocCurve.of(RandomScores.normal(random, 4000, 0), RandomScores.normal(random, 1000, 1));
        for (int maximum : new int[] {2, 3, 50, 400}) {
            RocCurve thin = full.thin(maximum);
            assertThat(thin.size()).isBetween(2, maximum);
            assertThat(thin.point(0)).isEqualTo(full.point(0));
            assertThat(thin.point(thin.size() - 1)).isEqualTo(full.point(full.size() - 1));
            for (RocCurve.Point p : full.points()) {
                double nearest = thin.points().stream()
                        .mapToDouble(q -> Math.abs(p.falsePositiveRate() - q.falsePositiveRate())
                                + Math.abs(p.truePositiveRate() - q.truePositiveRate()))
                        .min()
                        .orElseThrow();
                assertThat(nearest).isLessThanOrEqualTo(2.0 / (maximum - 1) + 1e-12);
            }
        }
        assertThat(full.thin(1_000_000)).isSameAs(full);
        assertThatThrownBy(() -> full.thin(1)).isInstanceOf(MetricException.class);
    }

    @Test
    void truePositiveRateAt_randomTied_equalsSearch() {
        Random random = new Random(9);
        for (int t = 0; t < 50; t++) {
            RocCurve curve = RocCurve.of(RandomScores.tied(random, 25, 8, 0), RandomScores.tied(random, 25, 8, 1));
            double limit = random.nextInt(5) == 0 ? 1 : random.nextDouble();
            double expected = curve.points().stream()
                    .filter(p -> p.falsePositiveRate() <= limit)
                    .mapToDouble(RocCurve.Point::truePositiveRate)
                    .max()
                    .orElseThrow();
            assertThat(curve.truePositiveRateAt(limit)).isEqualTo(expected);
        }
    }

    private static double flagged(double[] scores, double threshold) {
        return Arrays.stream(scores).filter(s -> s >= threshold).count() / (double) scores.length;
    }
}
