package dev.qualm.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.detect.meta.MetaRecipe;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is left out teaches nothing. */
class LeaveOneOutTest {
    private static final int N = 400;
    private static final List<String> NAMES = List.of("msp", "usual", "odd");

    /** Wrong predictions and all sets but 'odd' show in 'usual'; 'odd' shows in its own column only. */
    private static ScoredModel problem() {
        boolean[] wrong = new boolean[N];
        double[] usual = Given.normal(N, 0, 2);
        for (int i = 0; i < N / 8; i++) {
            wrong[i] = true;
            usual[i] += 3;
        }
        double[][] id = {Given.normal(N, 0, 1), usual, Given.normal(N, 0, 3)};
        return Given.model(
                "m",
                NAMES,
                Given.id(id, wrong),
                Given.set("plain", Role.NEAR, values(3, 0, 10)),
                Given.set("other", Role.FAR, values(3, 0, 20)),
                Given.set("odd", Role.FAR, values(0, 6, 30)));
    }

    private static double[][] values(double usual, double odd, long seed) {
        return new double[][] {
            Given.normal(N, 0, seed), Given.normal(N, usual, seed + 1), Given.normal(N, odd, seed + 2)
        };
    }

    @Test
    void judged_setThatOnlyItsOwnTrainingCatches_isMissedWhenLeftOut() {
        List<LeftOut> found = LeaveOneOut.of(MetaRecipe.defaults()).of(problem(), "msp");
        assertThat(found).extracting(LeftOut::set).containsExactly("plain", "other", "odd");
        LeftOut odd = found.get(2);
        assertThat(odd.honest()).isLessThan(0.7);
        // Not nearer to 1, since wrongly predicted ordinary items, which it distrusts, count as ordinary here.
        assertThat(odd.optimistic()).isGreaterThan(0.88);
        assertThat(odd.excluded()).containsExactly("odd");
        LeftOut plain = found.get(0);
        assertThat(plain.honest()).as("alike to what was learnt").isGreaterThan(0.88);
        assertThat(plain.interval().contains(plain.honest())).isTrue();
        assertThat(plain.negatives()).isEqualTo(N);
        assertThat(plain.baseline()).isBetween(0.4, 0.6);
    }

    @Test
    void judged_wholeRole_leavesAllItsSetsOut() {
        List<LeftOut> found =
                new LeaveOneOut(MetaRecipe.defaults(), List.of("usual", "odd"), true).of(problem(), "msp");
        assertThat(found.get(1).excluded()).containsExactly("other", "odd");
        assertThat(found.get(0).excluded()).containsExactly("plain");
    }

    @Test
    void judged_attackedItems_neverMeetTheItemTheyWereMadeFrom() {
        // Sources are all learnt from as right or wrong; each attacked item has its source's content, so its half.
        int[] source = {100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111};
        double[][] attacked = {Given.normal(12, 0, 5), Given.normal(12, 3, 6), Given.normal(12, 0, 7)};
        ScoredModel p = problem();
        ScoredModel with = Given.model("m", NAMES, p.id(), p.sets().get(0), Given.attacked("fgsm", attacked, source));
        LeftOut left = LeaveOneOut.of(MetaRecipe.defaults()).of(with, "msp").get(1);
        assertThat(left.positives()).isEqualTo(12);
        assertThat(left.negatives()).isEqualTo(N - N / 8);
        for (int i = 0; i < source.length; i++) {
            assertThat(with.sets().get(1).contents()[i]).isEqualTo(with.id().contents()[source[i]]);
        }
    }

    @Test
    void judged_changedItems_areInTheHalfOfTheItemTheyWereMadeFrom() {
        int[] source = IntStream.range(0, N).toArray();
        ScoredModel p = problem();
        int[] labels = p.id().labels();
        // Contents of their own, as changed images have.
        ScoredSet own = ScoredSet.of(
                "rotated", Role.COVARIATE_SHIFTED, new int[N], labels, p.id().values(), Given.contents(N, 77));
        ScoredSet changed = new ScoredSet(
                own.name(), own.role(), own.predictions(), labels, own.values(), own.contents(), source, 0, null, "");
        ScoredSet ofSources =
                ScoredSet.of(own.name(), own.role(), own.predictions(), labels, own.values(), p.id().contents());
        assertThat(left(p, changed)).isEqualTo(left(p, ofSources)).isNotEqualTo(left(p, own));
    }

    /** What is left out, judged by its failures, and what is learnt from it for another set. */
    private static List<LeftOut> left(ScoredModel p, ScoredSet set) {
        return LeaveOneOut.of(MetaRecipe.defaults())
                .of(Given.model("m", NAMES, p.id(), set, p.sets().get(0)), "msp");
    }

    @Test
    void judged_perfectSeparation_isNotCertain() {
        ScoredModel p = problem();
        ScoredSet far = Given.set("very far", Role.FAR, values(500, 0, 40));
        LeftOut left = LeaveOneOut.of(MetaRecipe.defaults())
                .of(Given.model("m", NAMES, p.id(), p.sets().get(0), far), "msp")
                .get(1);
        assertThat(left.honest()).isEqualTo(1);
        assertThat(left.interval().high()).isEqualTo(1);
        assertThat(left.interval().low()).isBetween(0.95, 0.9999);
    }

    @Test
    void judged_withoutLabelsOrTeachers_isRefusedOrPassedOver() {
        ScoredSet unlabelled = Given.set("ordinary items", Role.ID, values(0, 0, 1));
        assertThatThrownBy(() -> LeaveOneOut.of(MetaRecipe.defaults()).of(Given.model("m", NAMES, unlabelled), "msp"))
                .hasMessageContaining("give labels");
        ScoredModel alone = Given.model(
                "m", NAMES, Given.id(values(0, 0, 1), new boolean[N]), Given.set("plain", Role.NEAR, values(3, 0, 10)));
        assertThat(LeaveOneOut.of(MetaRecipe.defaults()).of(alone, "msp"))
                .as("nothing wrong, nothing unfamiliar to learn from")
                .isEmpty();
    }
}
