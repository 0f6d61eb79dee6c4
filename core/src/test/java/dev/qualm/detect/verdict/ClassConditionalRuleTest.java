package dev.qualm.detect.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.detect.verdict.ClassConditionalRule.Fallback;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClassConditionalRuleTest {
    private static final Marginal TENTH = new Marginal(0.1); // needs 9

    /** So many items of classes 0, 1, 2, ... */
    private static int[] classes(int... counts) {
        return IntStream.range(0, counts.length)
                .flatMap(c -> IntStream.range(0, counts[c]).map(i -> c))
                .toArray();
    }

    @Test
    void verdict_enoughOfAClass_isThatOfItsItemsAlone() {
        Random random = new Random(1);
        int[] classes = classes(20, 30);
        double[] scores = Arrays.stream(classes)
                .mapToDouble(c -> 10 * c + random.nextInt(5))
                .toArray();
        ClassConditionalRule rule = ClassConditionalRule.of(scores, classes, TENTH, Fallback.UNDEFINED);
        for (int c = 0; c < 2; c++) {
            int own = c;
            PooledRule alone = PooledRule.of(
                    ConformalCalibration.of(IntStream.range(0, 50)
                            .filter(i -> classes[i] == own)
                            .mapToDouble(i -> scores[i])
                            .toArray()),
                    TENTH);
            for (double s = -1; s < 16; s += 0.5) {
                Verdict expected = alone.verdict(s);
                Verdict found = rule.verdict(s, c);
                assertThat(found.kind()).isEqualTo(expected.kind());
                assertThat(found.pValue()).isEqualTo(expected.pValue());
                assertThat(found.detail()).contains("class " + c);
            }
        }
    }

    @Test
    void verdict_tooFewOfAClass_isUndefinedOrMerged() {
        int[] classes = classes(20, 5, 6, 9);
        double[] scores = Arrays.stream(classes).mapToDouble(c -> c).toArray();
        Verdict undefined = ClassConditionalRule.of(scores, classes, TENTH, Fallback.UNDEFINED)
                .verdict(1, 1);
        assertThat(undefined.kind()).isEqualTo(Verdict.Kind.UNDEFINED);
        assertThat(undefined.pValue()).isNaN();
        assertThat(undefined.detail()).contains("class 1 has 5").contains("needs 9");
        ClassConditionalRule merged = ClassConditionalRule.of(scores, classes, TENTH, Fallback.MERGED);
        // 5 of class 1, 6 of class 2, and the 9 of class 3, which count as few when the judged item is not one of
        // theirs.
        assertThat(merged.verdict(2, 1).pValue()).isEqualTo((1 + 6 + 9) / 21.0);
        assertThat(merged.verdict(2, 77).pValue()).isEqualTo((1 + 6 + 9) / 21.0);
        assertThat(merged.verdict(2, 3).pValue()).isEqualTo((1 + 9) / 10.0);
        assertThat(merged.verdict(0, 0).pValue()).isEqualTo(1);
    }

    @Test
    void verdict_mergedClassesTooFew_isUndefined() {
        int[] classes = classes(20, 3, 4);
        double[] scores = new double[27];
        ClassConditionalRule rule = ClassConditionalRule.of(scores, classes, TENTH, Fallback.MERGED);
        assertThat(rule.verdict(1, 1).kind()).isEqualTo(Verdict.Kind.UNDEFINED);
        assertThat(rule.verdict(1, 0).isAlarm()).isTrue();
    }

    @Test
    void verdict_noScoreOrNoClass_isUndefined() {
        ClassConditionalRule rule = ClassConditionalRule.of(new double[20], classes(20), TENTH, Fallback.UNDEFINED);
        assertThat(rule.verdict(Double.NaN, 0).kind()).isEqualTo(Verdict.Kind.UNDEFINED);
        assertThat(rule.verdict(Double.NaN, 0).detail()).contains("not a number");
        assertThat(rule.verdict(1, -1).kind()).isEqualTo(Verdict.Kind.UNDEFINED);
        assertThat(PooledRule.of(ConformalCalibration.of(new double[20]), TENTH)
                        .verdict(Double.NaN)
                        .kind())
                .isEqualTo(Verdict.Kind.UNDEFINED);
    }

    @Test
    void of_itemsWithoutClassOrScore_leavesThemOut() {
        double[] scores = new double[20];
        scores[0] = Double.NaN;
        int[] classes = classes(20);
        classes[1] = -1;
        assertThat(ClassConditionalRule.of(scores, classes, TENTH, Fallback.UNDEFINED)
                        .counts())
                .containsOnly(java.util.Map.entry(0, 18));
    }

    @Test
    void of_nothingToJudgeBy_saysWhatIsNeeded() {
        assertThatThrownBy(() -> ClassConditionalRule.of(new double[14], classes(7, 7), TENTH, Fallback.UNDEFINED))
                .isInstanceOf(CalibrationException.class)
                .hasMessageContaining("at least 9")
                .hasMessageContaining("{0=7, 1=7}");
        assertThat(ClassConditionalRule.of(new double[14], classes(7, 7), TENTH, Fallback.MERGED)
                        .verdict(1, 0)
                        .isAlarm())
                .isTrue();
        assertThatThrownBy(() -> ClassConditionalRule.of(new double[14], classes(7), TENTH, Fallback.MERGED))
                .hasMessageContaining("14 scores");
        assertThatThrownBy(() -> ClassConditionalRule.of(
                        new double[100], classes(100), new TrainingConditional(0.1, 0.1), Fallback.MERGED))
                .isInstanceOf(CalibrationException.class)
                .hasMessageContaining("marginal");
    }

    @Test
    void smoothed_withoutContent_isRefused() {
        ClassConditionalRule rule = ClassConditionalRule.of(new double[20], classes(20), TENTH, Fallback.UNDEFINED)
                .smoothed(new ItemUniform(1));
        assertThatThrownBy(() -> rule.verdict(1, 0)).hasMessageContaining("content");
        assertThat(rule.verdict(0, 0, "item").pValue()).isCloseTo(new ItemUniform(1).of("item"), within(1e-15));
        assertThatThrownBy(
                        () -> PooledRule.of(ConformalCalibration.of(new double[100]), new TrainingConditional(0.1, 0.1))
                                .smoothed(new ItemUniform(1)))
                .isInstanceOf(CalibrationException.class);
    }

    @Test
    void under_staleCalibration_marksTheVerdict() {
        Verdict verdict =
                PooledRule.of(ConformalCalibration.of(new double[20]), TENTH).verdict(1);
        Staleness stale = new Staleness(true, "martingale", 50, 40, 0.01, "evidence at most 120, stale from 100");
        assertThat(verdict.under(stale).stale()).isTrue();
        assertThat(verdict.under(stale).toString()).contains("ALARM").contains("calibration stale since item 40");
        Staleness fresh = new Staleness(false, "martingale", 50, 0, 0.01, "evidence at most 1, stale from 100");
        assertThat(verdict.under(fresh)).isEqualTo(verdict);
    }
}
