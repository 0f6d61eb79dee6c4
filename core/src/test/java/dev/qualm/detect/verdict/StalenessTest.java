package dev.qualm.detect.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

class StalenessTest {
    private interface Start {
        StalenessMonitor on(ConformalCalibration calibration, long seed);
    }

    private interface Source {
        double draw(Random random);
    }

    private static final Source CONTINUOUS = Random::nextGaussian;
    /** Six values, of which one is no score. */
    private static final Source TIED = random -> {
        int x = random.nextInt(6);
        return x == 5 ? Double.NaN : x;
    };

    private static ConformalCalibration calibration(Source source, Random random, int n) {
        double[] scores = new double[n];
        for (int i = 0; i < n; i++) {
            scores[i] = source.draw(random);
        }
        return ConformalCalibration.of(scores);
    }

    /** Share of good calibrations that are ever found stale. */
    private static double falselyStale(Start start, Source source, int calibration, int items, int runs) {
        int stale = 0;
        for (int run = 0; run < runs; run++) {
            Random random = new Random(1000 + run);
            StalenessMonitor monitor = start.on(calibration(source, random, calibration), run);
            for (int i = 0; i < items; i++) {
                monitor.observe(source.draw(random));
            }
            stale += monitor.staleness().stale() ? 1 : 0;
        }
        return stale / (double) runs;
    }

    @Test
    void martingale_exchangeableStream_keepsVillesBound() {
        for (Source source : new Source[] {CONTINUOUS, TIED}) {
            double share = falselyStale((c, seed) -> CalibrationMartingale.of(c, 0.1, seed), source, 60, 1500, 600);
            assertThat(share).isLessThan(0.1 + 3 * Math.sqrt(0.09 / 600));
        }
    }

    @Test
    void slidingTest_exchangeableStream_keepsItsLevel() {
        for (Source source : new Source[] {CONTINUOUS, TIED}) {
            double share = falselyStale((c, seed) -> SlidingKolmogorovSmirnov.of(c, 40, 0.1), source, 100, 600, 300);
            assertThat(share).isLessThan(0.1 + 3 * Math.sqrt(0.09 / 300));
        }
    }

    /** The item at which a stream whose scores change after a while is found stale; 0 if never. */
    private static long detected(StalenessMonitor monitor, int before, int after, Source later, Random random) {
        for (int i = 0; i < before; i++) {
            monitor.observe(CONTINUOUS.draw(random));
        }
        assertThat(monitor.staleness().stale()).isFalse();
        for (int i = 0; i < after; i++) {
            monitor.observe(later.draw(random));
        }
        return monitor.staleness().alarmAt();
    }

    @Test
    void monitors_plantedDrift_findIt() {
        Source higher = random -> 1 + random.nextGaussian();
        Source lower = random -> random.nextGaussian() - 1;
        for (Source later : new Source[] {higher, lower}) {
            for (int before : new int[] {0, 500, 20_000}) {
                Random random = new Random(before);
                ConformalCalibration c = calibration(CONTINUOUS, random, 1000);
                assertThat(detected(CalibrationMartingale.of(c, 0.01, 5), before, 500, later, random))
                        .isBetween(before + 1L, before + 300L);
            }
            Random random = new Random(9);
            ConformalCalibration c = calibration(CONTINUOUS, random, 500);
            assertThat(detected(SlidingKolmogorovSmirnov.of(c, 100, 0.01), 1000, 300, later, random))
                    .isBetween(1001L, 1150L);
        }
    }

    /** A wider spread leaves the mean p-value where it was: the bets of the martingale do not see it, the test does. */
    @Test
    void slidingTest_widerSpread_isFound() {
        Random random = new Random(4);
        ConformalCalibration c = calibration(CONTINUOUS, random, 1000);
        assertThat(detected(SlidingKolmogorovSmirnov.of(c, 200, 0.01), 400, 800, r -> 4 * r.nextGaussian(), random))
                .isPositive();
    }

    @Test
    void monitors_scoresThatVanish_areFound() {
        Random random = new Random(6);
        ConformalCalibration c = calibration(CONTINUOUS, random, 500);
        assertThat(detected(CalibrationMartingale.of(c, 0.01, 1), 100, 200, r -> Double.NaN, random))
                .isPositive();
        assertThat(detected(SlidingKolmogorovSmirnov.of(c, 40, 0.01), 100, 200, r -> Double.NaN, random))
                .isPositive();
    }

    /** The capital from its definition: a jumper for every start, each with its share, and the shares not yet started. */
    @Test
    void jumper_anyPValues_equalsTheMixtureOfAllStarts() {
        Random random = new Random(8);
        int items = 60;
        double[] p = random.doubles(items).map(x -> x * x).toArray();
        SimpleJumper jumper = new SimpleJumper();
        assertThat(jumper.logCapital()).isZero();
        for (int n = 1; n <= items; n++) {
            jumper.bet(p[n - 1]);
            double expected = 1.0 / (n + 1);
            for (int start = 1; start <= n; start++) {
                double[] parts = {1 / 3.0, 1 / 3.0, 1 / 3.0};
                for (int t = start; t <= n; t++) {
                    double all = parts[0] + parts[1] + parts[2];
                    for (int e = -1; e <= 1; e++) {
                        parts[e + 1] = (0.99 * parts[e + 1] + 0.01 * all / 3) * (1 + e * (p[t - 1] - 0.5));
                    }
                }
                expected += (parts[0] + parts[1] + parts[2]) / (start * (start + 1.0));
            }
            assertThat(Math.exp(jumper.logCapital())).isCloseTo(expected, within(1e-12 * expected));
        }
    }

    @Test
    void jumper_hugeCapital_doesNotOverflow() {
        SimpleJumper jumper = new SimpleJumper();
        for (int i = 0; i < 10_000; i++) {
            jumper.bet(0.001);
        }
        assertThat(jumper.logCapital()).isBetween(3000.0, 10_000 * Math.log(1.5));
        for (int i = 0; i < 100; i++) {
            double before = jumper.logCapital();
            jumper.bet(0.999);
            assertThat(jumper.logCapital()).isLessThan(before + Math.log(1.5)).isFinite();
        }
    }

    /** Fixed p-values of a small calibration are not independent: what the monitor does not bet on. */
    @Test
    void jumper_pValuesOfAFixedCalibration_breakVillesBound() {
        int stale = 0;
        for (int run = 0; run < 100; run++) {
            Random random = new Random(run);
            ConformalCalibration c = calibration(CONTINUOUS, random, 60);
            SimpleJumper jumper = new SimpleJumper();
            double highest = 0;
            for (int i = 0; i < 1500; i++) {
                jumper.bet(c.smoothedPValue(random.nextGaussian(), random.nextDouble()));
                highest = Math.max(highest, jumper.logCapital());
            }
            stale += highest >= Math.log(10) ? 1 : 0;
        }
        assertThat(stale).isGreaterThan(25);
    }

    @Test
    void monitors_sameStream_sayTheSame() {
        LongFunction<Staleness> run = seed -> {
            Random random = new Random(3);
            StalenessMonitor monitor = CalibrationMartingale.of(calibration(CONTINUOUS, random, 100), 0.01, seed);
            for (int i = 0; i < 100; i++) {
                monitor.observe(2 + random.nextGaussian());
            }
            return monitor.staleness();
        };
        assertThat(run.apply(1)).isEqualTo(run.apply(1));
        assertThat(run.apply(1).toString())
                .startsWith("calibration stale since item")
                .contains("stale from 100")
                .contains("probability at most 0.01");
    }

    @Test
    void of_impossibleSettings_areRefused() {
        ConformalCalibration one = ConformalCalibration.of(new double[] {1});
        assertThatThrownBy(() -> CalibrationMartingale.of(one, 0.1, 1)).isInstanceOf(CalibrationException.class);
        assertThatThrownBy(() -> SlidingKolmogorovSmirnov.of(one, 3, 0.1)).isInstanceOf(CalibrationException.class);
        assertThatThrownBy(() -> SlidingKolmogorovSmirnov.of(one, 4, 0)).isInstanceOf(CalibrationException.class);
    }
}
