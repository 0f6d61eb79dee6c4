package dev.qualm.detect.fitted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OpenMaxTest {
    /** Of the shifted distances {@code x = d - smallest + 10000}, in the slow way. */
    private static double logLikelihood(double[] x, double shape, double scale) {
        double sum = 0;
        for (double v : x) {
            double r = Math.log(v / scale);
            sum += Math.log(shape / scale) + (shape - 1) * r - Math.exp(shape * r);
        }
        return sum;
    }

    @Test
    void ofLargest_anyDistances_noNearbyParametersAreMoreLikely() {
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            double spread = Math.pow(10, random.nextInt(5) - 2);
            double[] d = random.doubles(2 + random.nextInt(60))
                    .map(u -> spread * Math.pow(-Math.log(1 - u), 0.7))
                    .toArray();
            Weibull found = Weibull.ofLargest(d, 25);
            double[] tail =
                    Arrays.stream(d).sorted().skip(Math.max(0, d.length - 25)).toArray();
            assertThat(found).isNotNull();
            assertThat(found.shift()).isEqualTo(tail[0]);
            double[] x = Arrays.stream(tail).map(v -> v - tail[0] + 10_000).toArray();
            double best = logLikelihood(x, found.shape(), found.scale());
            for (double by : new double[] {-1e-2, -1e-3, 1e-3, 1e-2}) {
                assertThat(logLikelihood(x, found.shape() * (1 + by), found.scale()))
                        .isLessThan(best);
                assertThat(logLikelihood(x, found.shape(), found.scale() * (1 + by / found.shape())))
                        .isLessThan(best);
            }
        }
    }

    @Test
    void ofLargest_manyDrawsOfAWeibull_findsItsParameters() {
        Random random = new Random(8);
        double shape = 3000;
        double scale = 10_004;
        // Its smallest value is below 10000 with a probability near 1: the shift that is found makes up for it.
        double[] x = random.doubles(20_000)
                .map(u -> scale * Math.pow(-Math.log(1 - u), 1 / shape))
                .toArray();
        double least = Arrays.stream(x).min().orElseThrow();
        Weibull found =
                Weibull.ofLargest(Arrays.stream(x).map(v -> v - least + 50).toArray(), x.length);
        assertThat(found).isNotNull();
        assertThat(found.shape()).isCloseTo(shape, within(0.02 * shape));
        assertThat(found.scale() - 10_000).isCloseTo(scale - least, within(0.2));
        assertThat(found.below(found.shift() + found.scale() - 10_000)).isCloseTo(1 - Math.exp(-1), within(1e-12));
        assertThat(found.below(-1e9)).isZero();
        assertThat(found.below(Double.POSITIVE_INFINITY)).isEqualTo(1);
    }

    @Test
    void ofLargest_noneOneOrEqualDistances_isNone() {
        for (double[] d : new double[][] {{}, {3}, {3, 3, 3}, {0, 0}, {1, Double.POSITIVE_INFINITY}}) {
            assertThat(Weibull.ofLargest(d, 25)).isNull();
        }
        assertThat(Weibull.ofLargest(new double[] {3, Math.nextUp(3.0)}, 25))
                .satisfiesAnyOf(
                        w -> assertThat(w).isNull(), w -> assertThat(w.shape()).isFinite());
    }

    /** Two classes, distributions so steep that each weight is 0 or 1. */
    @Test
    void score_farFromTheClass_movesItsLogitToTheUnknown() {
        Learnt learnt = Learnt.nothing()
                .with("centres", new double[][] {{4, 0}, {0, 4}}, 2)
                .with("weibull", new double[][] {{1e9, 10_001, 0}, {1e9, 10_001, 0}}, 3);
        DetectorScore score = DetectorScore.of(Detectors.parse("openmax:alpha=2"), Site.withoutHead(2), learnt);
        double[] found = score.scoreFeatures(Array.of(new double[] {4, 0, 8, 1}, 2, 2), Array.of(new double[0], 2, 0));
        // Near its class: the other's logit is 0, so nothing moves. Far from both: all of 8 and half of 1 move.
        assertThat(found[0]).isCloseTo(1 / (1 + Math.exp(4) + 1), within(1e-12));
        assertThat(found[1]).isCloseTo(Math.exp(8.5) / (Math.exp(0) + Math.exp(0.5) + Math.exp(8.5)), within(1e-12));
    }

    @Test
    void score_classWithoutItems_isUndefinedWherePredicted() {
        Learnt learnt = Learnt.nothing()
                .with("centres", new double[2][2], 2)
                .with("weibull", new double[][] {{100, 10_001, 0}, {0, 0, 0}}, 3);
        DetectorScore score = DetectorScore.of(Detectors.parse("openmax"), Site.withoutHead(2), learnt);
        double[] found = score.scoreFeatures(Array.of(new double[] {1, 0, 0, 1}, 2, 2), Array.of(new double[0], 2, 0));
        assertThat(found[0]).isFinite();
        assertThat(found[1]).isNaN();
    }

    @Test
    void judge_distributionsOfAHostileFile_areRefused() {
        for (double[] w : new double[][] {{-1, 1, 0}, {1, 0, 0}, {1, -1, 0}, {Double.NaN, 1, 0}}) {
            Learnt learnt =
                    Learnt.nothing().with("centres", new double[1][1], 1).with("weibull", new double[][] {w}, 3);
            assertThatThrownBy(() -> Detectors.parse("openmax").judge(Site.withoutHead(1), learnt))
                    .isInstanceOf(UnreadableFileException.class);
        }
    }
}
