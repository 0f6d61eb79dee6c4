package dev.qualm.detect.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.Provenance;
import dev.qualm.detect.fitted.CalibrationItems;
import dev.qualm.detect.verdict.CalibrationException;
import dev.qualm.detect.verdict.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FalseDiscoveriesTest {
    private static final double LEVEL = 0.2;

    private static DetectorRules rules(Random random, int n) {
        double[] scores = random.doubles(n).toArray();
        CalibrationItems items = new CalibrationItems(
                new double[][] {scores}, new int[n], new long[n], "logits", Provenance.of("calibration"));
        return DetectorRules.of(List.of("a"), items, FalseDiscoveries.settings(LEVEL, DecisionSettings.of(0.05)));
    }

    /** 40 ordinary and 10 unusual items, over many calibrations. */
    @Test
    void among_manyBatches_keepsTheRateAndFindsMost() {
        Random random = new Random(4);
        double wrong = 0;
        double found = 0;
        int runs = 400;
        for (int run = 0; run < runs; run++) {
            DetectorRules rules = rules(random, 200);
            List<ItemVerdict> items = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                double score = i < 40 ? random.nextDouble() : 0.98 + random.nextDouble();
                items.add(rules.verdict(new double[] {score}, 0, ""));
            }
            List<ItemVerdict> decided = FalseDiscoveries.among(items, LEVEL);
            int ordinary = 0;
            int unusual = 0;
            for (int i = 0; i < 50; i++) {
                ordinary += i < 40 && decided.get(i).overall().isAlarm() ? 1 : 0;
                unusual += i >= 40 && decided.get(i).overall().isAlarm() ? 1 : 0;
            }
            wrong += ordinary / (double) Math.max(1, ordinary + unusual) / runs;
            found += unusual / 10.0 / runs;
        }
        assertThat(wrong).isLessThan(LEVEL).isGreaterThan(0.05);
        assertThat(found).isGreaterThan(0.8);
    }

    @Test
    void among_undefinedAndStaleItems_stayWhatTheyAre() {
        DetectorRules rules = rules(new Random(5), 100);
        ItemVerdict none = rules.verdict(new double[] {Double.NaN}, 0, "");
        Verdict high = rules.verdict(new double[] {2}, 0, "").overall();
        ItemVerdict stale =
                new ItemVerdict(java.util.Map.of("a", new Verdict(high.kind(), 2, high.pValue(), "", true)), high, "a");
        List<ItemVerdict> out = FalseDiscoveries.among(List.of(none, stale), LEVEL);
        assertThat(out.get(0)).isEqualTo(none);
        assertThat(out.get(1).overall().isAlarm()).isTrue();
        assertThat(out.get(1).overall().stale()).isTrue();
        assertThat(out.get(1).overall().detail()).contains("Benjamini-Hochberg");
        assertThat(FalseDiscoveries.among(List.of(), LEVEL)).isEmpty();
    }

    @Test
    void settings_withoutProof_areRefused() {
        DecisionSettings plain = DecisionSettings.of(0.05);
        for (DecisionSettings s :
                List.of(plain.withDelta(0.1), plain.smoothed(1), plain.decidedBy(DecisionSettings.ANY))) {
            assertThatThrownBy(() -> FalseDiscoveries.settings(LEVEL, s)).isInstanceOf(CalibrationException.class);
        }
        assertThatThrownBy(() -> rules(new Random(1), 3)).hasMessageContaining("at least 4");
    }
}
