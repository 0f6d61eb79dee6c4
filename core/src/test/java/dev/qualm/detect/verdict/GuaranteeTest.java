package dev.qualm.detect.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuaranteeTest {
    @Test
    void marginal_decimalRates_countAsExactArithmetic() {
        for (int hundredths = 1; hundredths < 100; hundredths++) {
            BigDecimal exact = BigDecimal.valueOf(hundredths, 2);
            for (int n = 1; n < 300; n++) {
                int expected = exact.multiply(BigDecimal.valueOf(n + 1))
                        .setScale(0, RoundingMode.FLOOR)
                        .intValueExact();
                assertThat(new Marginal(hundredths / 100.0).alarms(n)).isEqualTo(Math.min(n, expected));
            }
        }
    }

    @Test
    void needed_anyRate_isTheSmallestThatAlarms() {
        for (double alpha : new double[] {0.5, 0.3, 0.1, 0.05, 0.01, 0.001, 1 / 3.0, 0.9}) {
            for (Guarantee g : new Guarantee[] {new Marginal(alpha), new TrainingConditional(alpha, 0.1)}) {
                int needed = (int) g.needed();
                assertThat(g.alarms(needed)).as("%s with %s", g, needed).isPositive();
                assertThat(needed == 0 ? 0 : g.alarms(needed - 1)).isZero();
            }
        }
        assertThat(new Marginal(0.05).needed()).isEqualTo(19);
        assertThat(new TrainingConditional(0.05, 0.05).needed())
                .isEqualTo(59); // Wilks: 95 % of a population, 95 % sure
        assertThat(new TrainingConditional(0.01, 0.01).needed()).isEqualTo(459);
    }

    @ParameterizedTest
    @CsvSource({
        "0.05, 0.1, 59",
        "0.05, 0.1, 200",
        "0.1, 0.01, 100",
        "0.5, 0.5, 1",
        "0.01, 0.001, 1500",
        "0.2, 1e-9, 400"
    })
    void trainingConditional_exactBinomial_isTheLargestCount(double alpha, double delta, int n) {
        int expected = 0;
        BigDecimal below = BigDecimal.ZERO; // P(Binomial(n, alpha) <= m - 1)
        for (int m = 1; m <= n; m++) {
            below = below.add(binomial(n, m - 1, alpha));
            if (below.compareTo(new BigDecimal(delta)) > 0) {
                break;
            }
            expected = m;
            assertThat(new TrainingConditional(alpha, delta).risk(n, m))
                    .isCloseTo(below.doubleValue(), within(1e-9 * below.doubleValue()));
        }
        assertThat(new TrainingConditional(alpha, delta).alarms(n)).isEqualTo(expected);
    }

    private static BigDecimal binomial(int n, int k, double p) {
        BigInteger choose = BigInteger.ONE;
        for (int i = 0; i < k; i++) {
            choose = choose.multiply(BigInteger.valueOf(n - i)).divide(BigInteger.valueOf(i + 1));
        }
        MathContext digits = MathContext.DECIMAL128;
        BigDecimal share = new BigDecimal(p);
        return new BigDecimal(choose)
                .multiply(share.pow(k, digits), digits)
                .multiply(BigDecimal.ONE.subtract(share).pow(n - k, digits), digits);
    }

    /** The rate that a calibration set of uniform scores yields is known: one less its threshold. */
    @Test
    void trainingConditional_manyCalibrations_breaksAtMostInAShareOfDelta() {
        Random random = new Random(7);
        TrainingConditional conditional = new TrainingConditional(0.1, 0.05);
        Marginal marginal = new Marginal(0.1);
        int runs = 4000;
        int broken = 0;
        int brokenByMarginal = 0;
        for (int run = 0; run < runs; run++) {
            ConformalCalibration calibration =
                    ConformalCalibration.of(random.doubles(200).toArray());
            broken += 1 - calibration.threshold(conditional) > 0.1 ? 1 : 0;
            brokenByMarginal += 1 - calibration.threshold(marginal) > 0.1 ? 1 : 0;
        }
        double error = 3 * Math.sqrt(0.05 * 0.95 / runs);
        assertThat(broken / (double) runs).isLessThan(0.05 + error);
        assertThat(conditional.risk(200, conditional.alarms(200) + 1)).isGreaterThan(0.05);
        assertThat(brokenByMarginal / (double) runs).isGreaterThan(0.3); // what the marginal promise leaves open
    }

    @Test
    void trainingConditional_tiedScores_breaksLessOften() {
        Random random = new Random(8);
        TrainingConditional conditional = new TrainingConditional(0.1, 0.05);
        int runs = 4000;
        int broken = 0;
        for (int run = 0; run < runs; run++) {
            double[] tied = random.doubles(100).map(x -> Math.floor(20 * x)).toArray();
            double threshold = ConformalCalibration.of(tied).threshold(conditional);
            broken += (19 - threshold) / 20 > 0.1 ? 1 : 0; // twenty values, each with probability 1/20
        }
        assertThat(broken / (double) runs).isLessThan(0.05 + 3 * Math.sqrt(0.05 * 0.95 / runs));
    }

    @Test
    void rule_tooFewScores_saysHowManyAreNeeded() {
        ConformalCalibration small = ConformalCalibration.of(new double[] {1, 2, 3, Double.NaN});
        assertThat(small.threshold(0.05)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThatThrownBy(() -> PooledRule.of(small, new Marginal(0.05)))
                .isInstanceOf(CalibrationException.class)
                .hasMessageContaining("at least 19")
                .hasMessageContaining("found 3 (and 1 that are not numbers)");
        assertThatThrownBy(() -> PooledRule.of(small, new TrainingConditional(0.05, 0.05)))
                .hasMessageContaining("at least 59");
        assertThat(PooledRule.of(small, new Marginal(0.25)).verdict(4).isAlarm())
                .isTrue();
    }

    @Test
    void needed_tinyRate_isMoreThanThereCanBe() {
        for (double alpha : new double[] {1e-12, 1e-16, 1e-300, Double.MIN_VALUE}) {
            for (Guarantee g : new Guarantee[] {new Marginal(alpha), new TrainingConditional(alpha, 0.1)}) {
                assertThat(g.needed()).isGreaterThan(1_000_000_000_000L - 2);
                assertThat(g.alarms(1_000_000)).isZero();
                assertThatThrownBy(() -> g.requireEnough("calibration", 1_000_000, 0))
                        .isInstanceOf(CalibrationException.class);
            }
        }
    }

    @Test
    void guarantees_sharesOutsideZeroToOne_areRefused() {
        for (double bad : new double[] {0, 1, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new Marginal(bad)).isInstanceOf(CalibrationException.class);
            assertThatThrownBy(() -> new TrainingConditional(bad, 0.1)).isInstanceOf(CalibrationException.class);
            assertThatThrownBy(() -> new TrainingConditional(0.1, bad)).isInstanceOf(CalibrationException.class);
        }
    }
}
