package dev.qualm.detect.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.testkit.Golden;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** P-values, thresholds, alarms and discoveries against values of independent formulas and of statsmodels. */
class GoldenConformalTest {
    private static final Map<String, Array> GOLDEN = Golden.arrays("verdict/conformal.npz");
    private static final List<Double> LEVELS = List.of(0.05, 0.1, 0.2);

    private static Array array(String name, String key) {
        return Objects.requireNonNull(GOLDEN.get(name + "__" + key), name + "__" + key);
    }

    private static double[] list(String name, String key) {
        return array(name, key).toDoubles();
    }

    private static boolean[] marks(String name, String key) {
        Array a = array(name, key);
        boolean[] out = new boolean[a.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = a.get(i) != 0;
        }
        return out;
    }

    @ParameterizedTest
    @ValueSource(strings = {"constant", "continuous_n1000", "infinite", "ties_n1000", "tiny_n19"})
    void pValues_goldenCase_equal(String name) {
        ConformalCalibration calibration = ConformalCalibration.of(list(name, "calibration"));
        double[] test = list(name, "test");
        double[] u = list(name, "u");
        double[] plain = IntStream.range(0, test.length)
                .mapToDouble(i -> calibration.pValue(test[i]))
                .toArray();
        double[] smoothed = IntStream.range(0, test.length)
                .mapToDouble(i -> calibration.smoothedPValue(test[i], u[i]))
                .toArray();
        assertThat(plain).containsExactly(list(name, "p_value"), within(1e-16));
        assertThat(smoothed).containsExactly(list(name, "p_value_smoothed"), within(1e-15));
        for (double alpha : LEVELS) {
            assertThat(calibration.threshold(alpha))
                    .isEqualTo(array(name, "threshold_alpha" + alpha).get(0));
            boolean[] alarms = marks(name, "alarm_alpha" + alpha);
            for (int i = 0; i < test.length; i++) {
                assertThat(plain[i] <= alpha).isEqualTo(alarms[i]);
                assertThat(test[i] > calibration.threshold(alpha)).isEqualTo(alarms[i]);
            }
            assertDiscoveries(name, "p_value", plain, alpha);
            assertDiscoveries(name, "p_value_smoothed", smoothed, alpha);
        }
    }

    private static void assertDiscoveries(String name, String of, double[] p, double alpha) {
        Discoveries found = BenjaminiHochberg.of(p, alpha);
        boolean[] expected = marks(name, "bh_reject_alpha" + alpha + "_" + of);
        assertThat(found.rejected()).isEqualTo(expected);
        assertThat(found.count()).isEqualTo((int)
                IntStream.range(0, p.length).filter(i -> expected[i]).count());
        assertThat(found.adjusted()).containsExactly(list(name, "bh_adjusted_" + of), within(1e-14));
    }
}
