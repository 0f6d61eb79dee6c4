package dev.qualm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class DebiasedCalibrationErrorTest {
    @Test
    void squared_allOutcomesOfTwoBins_hasTheTrueErrorAsMean() {
        // Three cases stated at 0.2 and really right with 0.5, four stated at 0.9 and really right with 0.7.
        double[] confidence = {0.2, 0.2, 0.2, 0.9, 0.9, 0.9, 0.9};
        double[] truth = {0.5, 0.5, 0.5, 0.7, 0.7, 0.7, 0.7};
        double mean = 0;
        double plain = 0;
        for (int outcome = 0; outcome < 1 << 7; outcome++) {
            boolean[] right = new boolean[7];
            double chance = 1;
            for (int i = 0; i < 7; i++) {
                right[i] = (outcome >> i & 1) == 1;
                chance *= right[i] ? truth[i] : 1 - truth[i];
            }
            CalibrationError error = CalibrationError.of(confidence, right, 2, Binning.EQUAL_WIDTH);
            mean += chance * DebiasedCalibrationError.of(error).squared();
            plain += chance
                    * error.bins().stream()
                            .mapToDouble(b -> b.gap() * b.gap() * b.count() / 7)
                            .sum();
        }
        double expected = 3 / 7.0 * 0.3 * 0.3 + 4 / 7.0 * 0.2 * 0.2;
        assertThat(mean).isCloseTo(expected, within(1e-14));
        assertThat(plain).isGreaterThan(expected + 0.05);
    }

    @Test
    void foldedMean_normalDraws_equalsTheirMean() {
        Random random = new Random(71);
        for (double d : new double[] {0, 0.01, 0.1, 0.7}) {
            double sum = 0;
            for (int i = 0; i < 400_000; i++) {
                sum += Math.abs(d + 0.1 * random.nextGaussian());
            }
            assertThat(DebiasedCalibrationError.foldedMean(d, 0.1)).isCloseTo(sum / 400_000, within(5e-4));
        }
        assertThat(DebiasedCalibrationError.foldedMean(0.3, 0)).isEqualTo(0.3);
    }

    @Test
    void of_calibratedFewCases_liesNearerToZeroThanThePlainError() {
        Random random = new Random(72);
        double plain = 0;
        double debiased = 0;
        double squared = 0;
        int rounds = 400;
        for (int round = 0; round < rounds; round++) {
            double[] confidence = random.doubles(150, 0.2, 1).toArray();
            boolean[] right = new boolean[150];
            for (int i = 0; i < right.length; i++) {
                right[i] = random.nextDouble() < confidence[i];
            }
            DebiasedCalibrationError found =
                    DebiasedCalibrationError.of(CalibrationError.of(confidence, right, 15, Binning.EQUAL_MASS));
            plain += found.plain() / rounds;
            debiased += found.value() / rounds;
            squared += found.squared() / rounds;
        }
        assertThat(plain).isGreaterThan(0.08);
        // A normal bin keeps 2 - sqrt 2 = 0.59 of its bias.
        assertThat(debiased / plain).isBetween(0.5, 0.7);
        assertThat(squared).isCloseTo(0, within(0.002));
    }

    @Test
    void of_manyCasesFarOff_equalsThePlainError() {
        double[] confidence = new double[4000];
        boolean[] right = new boolean[4000];
        for (int i = 0; i < 4000; i++) {
            confidence[i] = i % 2 == 0 ? 0.35 : 0.85;
            right[i] = i % 3 == 0;
        }
        DebiasedCalibrationError found =
                DebiasedCalibrationError.of(CalibrationError.of(confidence, right, 15, Binning.EQUAL_WIDTH));
        assertThat(found.value()).isCloseTo(found.plain(), within(0.01));
        assertThat(found.singles()).isZero();
        assertThat(found.toString()).contains("debiased ECE", "n = 4000");
    }

    @Test
    void of_binOfOneCase_isLeftOutOfTheSquareAndCounted() {
        DebiasedCalibrationError found = DebiasedCalibrationError.of(CalibrationError.of(
                new double[] {0.1, 0.9, 0.9}, new boolean[] {false, true, true}, 2, Binning.EQUAL_WIDTH));
        assertThat(found.singles()).isEqualTo(1);
        assertThat(found.squared()).isCloseTo(2 / 3.0 * 0.01, within(1e-15));
        assertThat(found.value()).isCloseTo(0.1, within(1e-15));
    }
}
