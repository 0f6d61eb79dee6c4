package dev.qualm.detect.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KolmogorovSmirnovTest {
    /** The largest difference of the shares of scores up to s, over all s. */
    private static double slowStatistic(double[] a, double[] b) {
        double largest = 0;
        for (double[] list : new double[][] {a, b}) {
            for (double s : list) {
                double difference = share(a, s) - share(b, s);
                largest = Math.max(largest, Math.abs(difference));
            }
        }
        return largest;
    }

    private static double share(double[] scores, double s) {
        return Arrays.stream(scores).filter(x -> Double.compare(x, s) <= 0).count() / (double) scores.length;
    }

    /** Share of all ways to pick the first list from both whose statistic is at least that of the given one. */
    private static double slowPValue(double[] a, double[] b) {
        double[] all = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        double found = slowStatistic(a, b);
        int ways = 0;
        int asLarge = 0;
        for (int mask = 0; mask < 1 << all.length; mask++) {
            if (Integer.bitCount(mask) != a.length) {
                continue;
            }
            double[] first = new double[a.length];
            double[] second = new double[b.length];
            int i = 0;
            int j = 0;
            for (int k = 0; k < all.length; k++) {
                if ((mask >> k & 1) == 1) {
                    first[i++] = all[k];
                } else {
                    second[j++] = all[k];
                }
            }
            ways++;
            asLarge += slowStatistic(first, second) >= found - 1e-12 ? 1 : 0;
        }
        return asLarge / (double) ways;
    }

    @Test
    void of_smallLists_equalsAllPermutations() {
        Random random = new Random(1);
        for (int run = 0; run < 60; run++) {
            double[] a = random.doubles(1 + random.nextInt(6)).toArray();
            double[] b = random.doubles(1 + random.nextInt(6)).map(x -> x + 0.3).toArray();
            KolmogorovSmirnov found = KolmogorovSmirnov.of(a, b);
            assertThat(found.statistic()).isCloseTo(slowStatistic(a, b), within(1e-15));
            assertThat(found.pValue()).isCloseTo(slowPValue(a, b), within(1e-12));
        }
    }

    @Test
    void of_tiedInfiniteUndefinedLists_isNeverTooSmall() {
        Random random = new Random(2);
        double[] values = {0, 1, 2, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN, -0.0};
        for (int run = 0; run < 60; run++) {
            double[] a = random.ints(1 + random.nextInt(6), 0, 7)
                    .mapToDouble(i -> values[i] + 0.0)
                    .toArray();
            double[] b = random.ints(1 + random.nextInt(6), 0, 7)
                    .mapToDouble(i -> values[i] + 0.0)
                    .toArray();
            KolmogorovSmirnov found = KolmogorovSmirnov.of(a, b);
            assertThat(found.statistic()).isCloseTo(slowStatistic(a, b), within(1e-15));
            assertThat(found.pValue()).isGreaterThanOrEqualTo(slowPValue(a, b) - 1e-12);
        }
    }

    @Test
    void exceedance_farOut_keepsItsDigits() {
        // The lists can lie wholly apart in two of C(80, 40) orders.
        double choose = 1;
        for (int i = 1; i <= 40; i++) {
            choose *= (40.0 + i) / i;
        }
        assertThat(KolmogorovSmirnov.exceedance(40, 40, 1600)).isCloseTo(2 / choose, within(1e-10 / choose));
        for (int d : new int[] {1, 50, 333, 900}) {
            assertThat(KolmogorovSmirnov.exceedance(70, 30, d))
                    .isCloseTo(KolmogorovSmirnov.exceedance(30, 70, d), within(1e-12));
        }
        assertThat(KolmogorovSmirnov.exceedance(7, 5, 36)).isZero();
        assertThat(KolmogorovSmirnov.exceedance(7, 5, 0)).isEqualTo(1);
    }

    /** The limit for long lists: 2 sum (-1)^(k-1) exp(-2 k^2 x^2), x the statistic times sqrt(mn / (m + n)). */
    @Test
    void exceedance_longLists_nearsTheLimit() {
        double d = 0.06;
        double x = d * Math.sqrt(1000.0 * 1500 / 2500);
        double limit = 0;
        for (int k = 1; k < 20; k++) {
            limit += 2 * (k % 2 == 1 ? 1 : -1) * Math.exp(-2 * k * k * x * x);
        }
        assertThat(KolmogorovSmirnov.exceedance(1000, 1500, Math.round(d * 1000 * 1500)))
                .isCloseTo(limit, within(0.05 * limit));
    }

    @Test
    void of_emptyList_isRefused() {
        assertThatThrownBy(() -> KolmogorovSmirnov.of(new double[0], new double[1]))
                .isInstanceOf(CalibrationException.class);
    }
}
