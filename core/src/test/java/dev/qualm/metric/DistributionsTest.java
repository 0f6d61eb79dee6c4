package dev.qualm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Studentized range and chi-square, against SciPy 1.17 and printed tables. */
class DistributionsTest {
    @ParameterizedTest
    @CsvSource({
        "2.0, 3, 0.33349932504015",
        "3.633, 4, 0.0500149789953781",
        "5.5, 10, 0.003983420418207428",
        "7, 20, 0.0001343917994661714",
        "0.5, 2, 0.7236736098317631",
        "0, 5, 1",
        "200, 5, 0"
    })
    void studentizedRange_upperTail_equalsReference(double q, int k, double expected) {
        assertThat(StudentizedRange.upperTail(q, k)).isCloseTo(expected, within(1e-11));
    }

    /** Demsar 2006, table 5: quantiles over the square root of two. */
    @ParameterizedTest
    @CsvSource({
        "0.05, 1.960 2.343 2.569 2.728 2.850 2.949 3.031 3.102 3.164",
        "0.10, 1.645 2.052 2.291 2.459 2.589 2.693 2.780 2.855 2.920"
    })
    void studentizedRange_quantile_equalsTheTable(double alpha, String row) {
        String[] expected = row.split(" ");
        for (int k = 2; k <= 10; k++) {
            assertThat(StudentizedRange.quantile(1 - alpha, k) / Math.sqrt(2))
                    .as("k = " + k)
                    .isCloseTo(Double.parseDouble(expected[k - 2]), within(1e-3));
        }
    }

    @Test
    void studentizedRange_twoTreatments_isTheNormal() {
        for (double z = 0.1; z < 7; z += 0.3) {
            assertThat(StudentizedRange.upperTail(z * Math.sqrt(2), 2))
                    .isCloseTo(2 * Normal.upperTail(z), within(1e-12));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0.5, 1, 0.47950012218695337",
        "3.841458820694124, 1, 0.05",
        "11.143, 2, 0.0038047689965910437",
        "9.28, 3, 0.025790724198756772",
        "30, 5, 1.4748581038443073e-05",
        "200, 10, 1.6139305336977317e-37",
        "0.001, 7, 0.9999999999997597",
        "45, 40, 0.2705443493398548",
        "0, 3, 1"
    })
    void chiSquare_upperTail_equalsReference(double x, int d, double expected) {
        assertThat(ChiSquare.upperTail(x, d)).isCloseTo(expected, within(1e-12 * expected));
    }
}
