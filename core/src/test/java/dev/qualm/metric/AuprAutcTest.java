package dev.qualm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class AuprAutcTest {
    @Test
    void aupr_randomTiedWithInfinities_equalsAveragePrecisionByCounting() {
        Random random = new Random(31);
        for (int t = 0; t < 200; t++) {
            double[] neg = RandomScores.tied(random, 1 + random.nextInt(30), 1 + random.nextInt(12), 0);
            double[] pos = RandomScores.tied(random, 1 + random.nextInt(30), 1 + random.nextInt(12), 1);
            Ranking ranking = Ranking.of(neg, pos);
            assertThat(Aupr.out(ranking).value()).isCloseTo(averagePrecision(neg, pos), within(1e-12));
            assertThat(Aupr.in(ranking).value()).isCloseTo(averagePrecision(negate(pos), negate(neg)), within(1e-12));
        }
    }

    @Test
    void aupr_constantScore_isTheBaseline() {
        Ranking ranking = Ranking.of(new double[40], new double[10]);
        assertThat(Aupr.out(ranking).value())
                .isEqualTo(0.2)
                .isEqualTo(Aupr.out(ranking).baseline());
        assertThat(Aupr.in(ranking).value())
                .isEqualTo(0.8)
                .isEqualTo(Aupr.in(ranking).baseline());
        assertThat(Aupr.out(ranking).toString()).contains("AUPR-OUT 0.2000 (baseline 0.2000)", "10 positives");
    }

    @Test
    void aupr_interval_holdsTheValueAndIsReproducible() {
        Random random = new Random(33);
        Ranking ranking = Ranking.of(RandomScores.normal(random, 100, 0), RandomScores.normal(random, 60, 1));
        Interval out = Aupr.out(ranking).interval(ranking, Bootstrap.seeded(3));
        assertThat(out.contains(Aupr.out(ranking).value())).isTrue();
        assertThat(out).isEqualTo(Aupr.out(ranking).interval(ranking, Bootstrap.seeded(3)));
        assertThat(Aupr.in(ranking)
                        .interval(ranking, Bootstrap.seeded(3))
                        .contains(Aupr.in(ranking).value()))
                .isTrue();
    }

    @Test
    void autc_randomFinite_equalsMeanOfBothErrorRatesOverThresholds() {
        Random random = new Random(32);
        double[] neg = RandomScores.normal(random, 12, 0);
        double[] pos = RandomScores.normal(random, 15, 1);
        double low = DoubleStream.concat(Arrays.stream(neg), Arrays.stream(pos))
                .min()
                .orElseThrow();
        double high = DoubleStream.concat(Arrays.stream(neg), Arrays.stream(pos))
                .max()
                .orElseThrow();
        int steps = 200_000;
        double sum = 0;
        for (int i = 0; i < steps; i++) {
            double t = low + (high - low) * (i + 0.5) / steps;
            sum += Arrays.stream(neg).filter(s -> s >= t).count() / (2.0 * neg.length);
            sum += Arrays.stream(pos).filter(s -> s < t).count() / (2.0 * pos.length);
        }
        assertThat(Autc.of(Ranking.of(neg, pos)).value()).isCloseTo(sum / steps, within(1e-4));
    }

    @Test
    void autc_interval_holdsTheValueAndRefusesTheUndefined() {
        Random random = new Random(34);
        Ranking ranking = Ranking.of(RandomScores.normal(random, 100, 0), RandomScores.normal(random, 60, 1));
        Interval found = Autc.interval(ranking, Bootstrap.seeded(3));
        assertThat(found.contains(Autc.of(ranking).value())).isTrue();
        assertThat(found.width()).isBetween(0.02, 0.2);
        assertThatThrownBy(() -> Autc.interval(Ranking.of(new double[3], new double[2]), Bootstrap.seeded(3)))
                .isInstanceOf(MetricException.class);
    }

    @Test
    void autc_rangeBeyondDouble_staysFinite() {
        Ranking ranking = Ranking.of(new double[] {-Double.MAX_VALUE, 0}, new double[] {Double.MAX_VALUE});
        assertThat(Autc.of(ranking).value()).isCloseTo(0.125, within(1e-15));
    }

    @Test
    void autc_constantOrInfinite_isUndefinedAndSaysSo() {
        assertThat(Autc.of(Ranking.of(new double[3], new double[2])).value()).isNaN();
        Autc infinite = Autc.of(Ranking.of(new double[] {1}, new double[] {Double.POSITIVE_INFINITY}));
        assertThat(infinite.value()).isNaN();
        assertThat(infinite.toString()).contains("undefined");
    }

    private static double averagePrecision(double[] neg, double[] pos) {
        double[] thresholds = DoubleStream.concat(Arrays.stream(neg), Arrays.stream(pos))
                .map(s -> s + 0.0)
                .distinct()
                .sorted()
                .toArray();
        double sum = 0;
        double before = 0;
        for (int i = thresholds.length - 1; i >= 0; i--) {
            double t = thresholds[i];
            double hits = Arrays.stream(pos).filter(s -> s >= t).count();
            double alarms = Arrays.stream(neg).filter(s -> s >= t).count();
            sum += (hits - before) / pos.length * hits / (hits + alarms);
            before = hits;
        }
        return sum;
    }

    private static double[] negate(double[] scores) {
        return Arrays.stream(scores).map(s -> 0.0 - s).toArray();
    }
}
