package dev.qualm.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SelectiveMetricTest {
    private static final List<SelectiveMetric> ALL = List.of(
            new Aurc(),
            new Aurc(Aurc.Form.THRESHOLD_TRAPEZOID),
            new ExcessAurc(),
            new ExcessAurc(Aurc.Form.THRESHOLD_TRAPEZOID),
            new Augrc(),
            new CoverageAtRisk(0.1),
            new RiskAtCoverage(0.8),
            new FailureAuroc());

    @Test
    void measure_everyMetric_recordsItsDefinitionAndAnInterval() {
        RiskCoverage curve = curve(new Random(91), 300, 0.4);
        for (SelectiveMetric metric : ALL) {
            SelectiveValue found = metric.measure(curve, new Bootstrap(3, 200), 0.9);
            assertThat(found.value()).as(metric.label()).isEqualTo(metric.of(curve));
            assertThat(found.interval().contains(found.value()))
                    .as(metric.label())
                    .isTrue();
            assertThat(found.interval().width()).as(metric.label()).isBetween(1e-4, 0.95);
            assertThat(found).isEqualTo(metric.measure(curve, new Bootstrap(3, 200).inParallel(), 0.9));
            assertThat(found.toString()).startsWith(metric.label()).contains("wrong of 300", metric.tieRule(), "90%");
        }
        assertThat(ALL.stream().map(SelectiveMetric::label).distinct()).hasSize(ALL.size());
    }

    @Test
    void smallerIsBetter_perfectAgainstReversedScore_holds() {
        boolean[] wrong = new boolean[60];
        double[] good = new double[60];
        double[] bad = new double[60];
        for (int i = 0; i < 60; i++) {
            wrong[i] = i >= 40;
            good[i] = i;
            bad[i] = -i;
        }
        for (SelectiveMetric metric : ALL) {
            double better = metric.of(RiskCoverage.of(good, wrong));
            double worse = metric.of(RiskCoverage.of(bad, wrong));
            assertThat(metric.smallerIsBetter() ? better < worse : better > worse)
                    .as(metric.label())
                    .isTrue();
        }
    }

    @Test
    void failureAuroc_nothingToTellApart_isUndefined() {
        RiskCoverage right = RiskCoverage.of(new double[] {1, 2}, new boolean[2]);
        assertThat(new FailureAuroc().of(right)).isNaN();
        assertThatThrownBy(() -> new FailureAuroc().measure(right, Bootstrap.seeded(1), 0.95))
                .isInstanceOf(MetricException.class);
    }

    @Test
    void parameters_outsideShares_areRefused() {
        assertThatThrownBy(() -> new CoverageAtRisk(1.5)).isInstanceOf(MetricException.class);
        assertThatThrownBy(() -> new RiskAtCoverage(Double.NaN)).isInstanceOf(MetricException.class);
    }

    private static RiskCoverage curve(Random random, int n, double shift) {
        double[] scores = new double[n];
        boolean[] wrong = new boolean[n];
        for (int i = 0; i < n; i++) {
            wrong[i] = random.nextInt(5) == 0;
            scores[i] = Math.rint(4 * (random.nextGaussian() + (wrong[i] ? shift : 0)));
        }
        return RiskCoverage.of(scores, wrong);
    }
}
