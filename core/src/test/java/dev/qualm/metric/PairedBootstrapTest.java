package dev.qualm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.ShapeException;
import java.util.Arrays;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class PairedBootstrapTest {
    private static final ToDoubleFunction<Ranking> AUROC = r -> Auroc.of(r).value();

    @Test
    void between_rankingsTied_equalsResamplingTheLists() {
        Random random = new Random(131);
        boolean[] positive = new boolean[50];
        int[] stratum = new int[50];
        for (int i = 0; i < 50; i++) {
            positive[i] = i % 5 < 2;
            stratum[i] = positive[i] ? 1 : 0;
        }
        double[] a = RandomScores.tied(random, 50, 6, 0);
        double[] b = RandomScores.tied(random, 50, 9, 0);
        Bootstrap bootstrap = new Bootstrap(7, 150);
        PairedBootstrap slow = PairedBootstrap.between(
                stratum, cases -> auroc(a, positive, cases), cases -> auroc(b, positive, cases), bootstrap, 0.9);
        assertThat(PairedBootstrap.between(a, b, positive, AUROC, bootstrap, 0.9))
                .isEqualTo(slow);
        assertThat(PairedBootstrap.between(a, b, positive, AUROC, bootstrap.inParallel(), 0.9))
                .isEqualTo(slow);
        assertThat(slow.toString()).contains("paired bootstrap percentiles, 150 replicates", "p = ");
    }

    private static double auroc(double[] scores, boolean[] positive, int[] cases) {
        boolean[] marks = new boolean[cases.length];
        for (int i = 0; i < marks.length; i++) {
            marks[i] = positive[cases[i]];
        }
        return Auroc.of(Ranking.of(
                        Arrays.stream(cases).mapToDouble(c -> scores[c]).toArray(), marks))
                .value();
    }

    @Test
    void between_auroc_agreesWithDeLong() {
        Random random = new Random(132);
        boolean[] positive = new boolean[300];
        double[] a = new double[300];
        double[] b = new double[300];
        for (int i = 0; i < 300; i++) {
            positive[i] = i < 140;
            double hidden = random.nextGaussian() + (positive[i] ? 1.2 : 0);
            a[i] = hidden + 0.5 * random.nextGaussian();
            b[i] = hidden + random.nextGaussian();
        }
        AurocDifference exact = AurocDifference.between(a, b, positive);
        PairedBootstrap drawn = PairedBootstrap.between(a, b, positive, AUROC, Bootstrap.seeded(2), 0.95);
        assertThat(drawn.difference()).isEqualTo(exact.difference());
        assertThat(drawn.interval().low()).isCloseTo(exact.interval().low(), within(0.01));
        assertThat(drawn.interval().high()).isCloseTo(exact.interval().high(), within(0.01));
        assertThat(Math.abs(Math.log10(drawn.pValue() / exact.pValue()))).isLessThan(0.7);
    }

    @Test
    void pValue_nullIsTrue_rejectsAboutFivePercent() {
        Random random = new Random(133);
        int rejected = 0;
        for (int round = 0; round < 300; round++) {
            boolean[] positive = new boolean[80];
            double[] a = new double[80];
            double[] b = new double[80];
            for (int i = 0; i < 80; i++) {
                positive[i] = i < 40;
                double hidden = random.nextGaussian() + (positive[i] ? 1 : 0);
                a[i] = hidden + random.nextGaussian();
                b[i] = hidden + random.nextGaussian();
            }
            Bootstrap bootstrap = new Bootstrap(round, 199);
            rejected += PairedBootstrap.between(a, b, positive, AUROC, bootstrap, 0.95)
                                    .pValue()
                            <= 0.05
                    ? 1
                    : 0;
        }
        assertThat(rejected / 300.0).isBetween(0.015, 0.095);
    }

    @Test
    void between_sameScore_hasPValueOneAndNoWidth() {
        double[] a = {1, 2, 3, 4, 0, 5};
        boolean[] positive = {false, true, false, true, false, true};
        PairedBootstrap same = PairedBootstrap.between(a, a, positive, AUROC, Bootstrap.seeded(1), 0.95);
        assertThat(same.pValue()).isEqualTo(1);
        assertThat(same.interval().width()).isZero();
        double[] blind = {6, 0, 6, 0, 6, 0};
        PairedBootstrap best = PairedBootstrap.between(
                new double[] {0, 1, 0, 1, 0, 1}, blind, positive, AUROC, new Bootstrap(1, 99), 0.95);
        assertThat(best.pValue()).isEqualTo(0.02);
    }

    @Test
    void between_badInput_isRefused() {
        boolean[] marks = {true, false};
        assertThatThrownBy(() ->
                        PairedBootstrap.between(new double[2], new double[3], marks, AUROC, Bootstrap.seeded(1), 0.95))
                .isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> PairedBootstrap.between(
                        new double[2], new double[2], marks, r -> Double.NaN, Bootstrap.seeded(1), 0.95))
                .isInstanceOf(MetricException.class);
    }
}
