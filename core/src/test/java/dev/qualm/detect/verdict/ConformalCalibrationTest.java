package dev.qualm.detect.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ConformalCalibrationTest {
    private static final double INF = Double.POSITIVE_INFINITY;

    /** Lists from one score to dozens, of few values, many values, or infinite ones. */
    private static double[] scores(Random random) {
        double[] out = new double[1 + random.nextInt(40)];
        int values = 1 + random.nextInt(6);
        for (int i = 0; i < out.length; i++) {
            int kind = random.nextInt(10);
            out[i] = kind == 0 ? INF : kind == 1 ? -INF : kind < 4 ? random.nextGaussian() : random.nextInt(values);
        }
        return out;
    }

    @Test
    void pValues_tiedInfiniteTinyInputs_equalCounting() {
        Random random = new Random(1);
        for (int run = 0; run < 500; run++) {
            double[] cal = scores(random);
            ConformalCalibration calibration = ConformalCalibration.of(cal);
            for (double s : scores(random)) {
                long above = Arrays.stream(cal).filter(c -> c > s).count();
                long ties = Arrays.stream(cal).filter(c -> c == s).count();
                double u = random.nextDouble();
                assertThat(calibration.pValue(s)).isEqualTo((1.0 + above + ties) / (cal.length + 1));
                assertThat(calibration.smoothedPValue(s, u)).isEqualTo((above + u * (ties + 1)) / (cal.length + 1));
                assertThat(calibration.smoothedPValue(s, u)).isLessThanOrEqualTo(calibration.pValue(s));
            }
        }
    }

    @Test
    void threshold_anyInput_isExceededExactlyWhereThePValueAlarms() {
        Random random = new Random(2);
        for (int run = 0; run < 500; run++) {
            double[] cal = scores(random);
            ConformalCalibration calibration = ConformalCalibration.of(cal);
            double[] sorted = cal.clone();
            Arrays.sort(sorted);
            double alpha = run % 2 == 0 ? (1 + random.nextInt(99)) / 100.0 : random.nextDouble();
            double threshold = calibration.threshold(alpha);
            if (run % 2 == 1) {
                int k = (int) Math.ceil((cal.length + 1) * (1 - alpha));
                assertThat(threshold).isEqualTo(k > cal.length ? INF : sorted[k - 1]);
            }
            for (double s : scores(random)) {
                assertThat(s > threshold).isEqualTo(calibration.pValue(s) <= alpha);
            }
        }
    }

    @Test
    void of_notANumber_isLeftOutAndCounted() {
        ConformalCalibration calibration = ConformalCalibration.of(new double[] {Double.NaN, 1, 2, Double.NaN});
        assertThat(calibration.n()).isEqualTo(2);
        assertThat(calibration.undefined()).isEqualTo(2);
        assertThat(calibration.pValue(1.5)).isEqualTo(2 / 3.0);
        assertThat(calibration.pValue(Double.NaN)).isNaN();
        assertThat(calibration.smoothedPValue(Double.NaN, 0.5)).isNaN();
        assertThat(calibration.toString()).contains("2 undefined");
        assertThatThrownBy(() -> ConformalCalibration.of(new double[] {Double.NaN}))
                .isInstanceOf(CalibrationException.class)
                .hasMessageContaining("NaN 1 times");
        assertThatThrownBy(() -> ConformalCalibration.of(new double[0])).isInstanceOf(CalibrationException.class);
    }

    @Test
    void pValue_negativeZero_tiesWithZero() {
        assertThat(ConformalCalibration.of(new double[] {-0.0, 0.0}).smoothedPValue(0.0, 1))
                .isEqualTo(1);
        assertThat(ConformalCalibration.of(new double[] {0.0, 0.0}).smoothedPValue(-0.0, 0))
                .isEqualTo(0);
        assertThat(ConformalCalibration.of(new double[] {-0.0, 0.0}).smoothedPValue(-0.0, 0))
                .isEqualTo(0);
    }

    @Test
    void of_callersArray_isNotTouched() {
        double[] mine = {3, 1, 2};
        ConformalCalibration calibration = ConformalCalibration.of(mine);
        assertThat(mine).containsExactly(3, 1, 2);
        mine[0] = 100;
        calibration.scores()[0] = 100;
        assertThat(calibration.scores()).containsExactly(1, 2, 3);
    }

    @Test
    void smoothedPValue_uOutsideZeroToOne_isRefused() {
        ConformalCalibration calibration = ConformalCalibration.of(new double[] {1});
        for (double u : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThatThrownBy(() -> calibration.smoothedPValue(1, u)).isInstanceOf(CalibrationException.class);
        }
    }
}
