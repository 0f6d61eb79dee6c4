package dev.qualm.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.array.Array;
import dev.qualm.attack.Attacks;
import dev.qualm.attack.Box;
import dev.qualm.data.Dataset;
import dev.qualm.data.Layout;
import dev.qualm.detect.Score;
import dev.qualm.detect.Scorer;
import dev.qualm.detect.Scores;
import dev.qualm.mutation.ItemSet;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.engine.Precision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class EvaluatorTest {
    private static final Box BOX = Box.of(-4, 4);

    @SuppressWarnings("NullAway.Init")
    private static Network network;

    @BeforeAll
    static void make() {
        network = Network.of(
                NetworkBuilder.input("x", 6)
                        .seed(3)
                        .linear("a", 16)
                        .relu("r")
                        .linear("b", 3)
                        .build(),
                Precision.FLOAT64);
    }

    @AfterAll
    static void close() {
        network.close();
    }

    private static Array inputs(int n, double scale, long seed) {
        Random random = new Random(seed);
        double[] x = new double[6 * n];
        Arrays.setAll(x, i -> scale * Math.max(-1, Math.min(1, random.nextGaussian())));
        return Array.of(x, n, 6);
    }

    /** Labelled as the network answers, but for the first three. */
    private static Dataset ordinary(int n) {
        Array x = inputs(n, 3, 1);
        int[] labels = new int[n];
        double[] logits = network.logits(x).toDoubles();
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < 3; k++) {
                labels[i] = logits[3 * i + k] > logits[3 * i + labels[i]] ? k : labels[i];
            }
            labels[i] = i < 3 ? (labels[i] + 1) % 3 : labels[i];
        }
        return Dataset.of(x, Layout.NCHW, labels);
    }

    private static Dataset data(int n, double scale, long seed) {
        return Dataset.of(inputs(n, scale, seed), Layout.NCHW, null);
    }

    private static Evaluator evaluator(String... scores) {
        return Evaluator.of(new Scorer(network, Scores.of(List.of(scores)), 2));
    }

    @Test
    void score_allKindsOfSets_keepsOrderSourcesAndCosts() {
        Dataset id = ordinary(90);
        List<EvaluationSet> sets = List.of(
                EvaluationSet.near("half", data(20, 1, 2)),
                EvaluationSet.far("dim", data(30, 0.1, 3)),
                EvaluationSet.shiftedId("doubled", id.map("doubled", (x, row) -> doubled(x))),
                EvaluationSet.adversarial("pgd", Attacks.of("pgd", null, 1.0, BOX, 1)));
        List<String> told = new ArrayList<>();
        ScoredModel found = evaluator("entropy", "gga-mean").score("m", id, sets, (what, done, of) -> {
            synchronized (told) {
                told.add(what);
            }
        });
        assertThat(found.detectors())
                .extracting(DetectorCost::name)
                .containsExactly("msp", "energy", "gen", "entropy", "gga-mean");
        assertThat(found.detectors().get(4).passes()).isEqualTo(3);
        assertThat(found.detectors()).allSatisfy(d -> assertThat(d.ratio()).isGreaterThanOrEqualTo(1));
        assertThat(found.id().wrong()).containsExactly(0, 1, 2);
        assertThat(found.sets()).extracting(ScoredSet::size).startsWith(20, 30, 90);
        ScoredSet attacked = found.sets().get(3);
        AttackOutcome outcome = java.util.Objects.requireNonNull(attacked.attack());
        assertThat(outcome.attacked()).isEqualTo(87);
        assertThat(outcome.broken()).isEqualTo(attacked.size()).isBetween(10, 87);
        assertThat(outcome.linf().largest()).isLessThanOrEqualTo(1 + 1e-9);
        int[] source = java.util.Objects.requireNonNull(attacked.source());
        assertThat(attacked.wrong()).as("each is wrong now").hasSize(attacked.size());
        for (int i = 0; i < source.length; i++) {
            assertThat(found.id().right(source[i])).isTrue();
            assertThat(attacked.contents()[i]).isEqualTo(found.id().contents()[source[i]]);
        }
        assertThat(told).contains("ordinary items", "half", "dim", "doubled", "pgd");
        assertThat(found.provenance().entries().get("adversarial pgd")).contains("pgd");
        // The very numbers of a scorer alone.
        double[] alone =
                new Scorer(network, Scores.of(List.of("entropy")), 1).score(id).of("entropy");
        assertThat(found.id().values()[3]).containsExactly(alone);
        ModelEvaluation table =
                ModelEvaluation.of(found, EvaluationSettings.defaults().withReplicates(50));
        assertThat(table.cells()).hasSize(5 * 6);
        assertThat(EvaluationReport.of(List.of(table)).nonAdaptive()).hasSize(5);
    }

    private static Array doubled(Array x) {
        double[] v = x.toDoubles().clone();
        Arrays.setAll(v, i -> 2 * v[i] + 0.5);
        return Array.of(v, x.shape());
    }

    @Test
    void score_itemsOfTheFit_areRefusedWhereverTheyAre() {
        Dataset id = ordinary(20);
        Dataset near = data(20, 1, 2);
        Evaluator leaky = evaluator("msp").withUnseen("the detectors", ItemSet.of(id.batch(3, 5), new int[0]));
        assertThatThrownBy(() -> leaky.score("m", id, List.of(), EvaluationProgress.none()))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining("ordinary items unseen by the detectors, but found 2 of 20")
                .hasMessageContaining("evaluate on other items");
        Evaluator outliers = evaluator("msp").withUnseen("the detectors", ItemSet.of(near.batch(0, 1), new int[0]));
        assertThatThrownBy(() ->
                        outliers.score("m", id, List.of(EvaluationSet.near("half", near)), EvaluationProgress.none()))
                .hasMessageContaining("set 'half'");
    }

    @Test
    void score_ordinaryItemsAmongOthers_areRefused_andSharedOnesWarnedOf() {
        Dataset id = ordinary(20);
        List<EvaluationSet> mixed = List.of(EvaluationSet.near("mixed", id.take(1)));
        assertThatThrownBy(() -> evaluator("msp").score("m", id, mixed, EvaluationProgress.none()))
                .hasMessageContaining("'mixed'")
                .hasMessageContaining("take them out");
        List<EvaluationSet> unshifted = List.of(EvaluationSet.shiftedId("same", id));
        assertThatThrownBy(() -> evaluator("msp").score("m", id, unshifted, EvaluationProgress.none()))
                .hasMessageContaining("20 of 20");
        Dataset near = data(20, 1, 2);
        ScoredModel found = evaluator("msp")
                .score(
                        "m",
                        id,
                        List.of(EvaluationSet.near("a", near), EvaluationSet.far("b", near.take(4))),
                        EvaluationProgress.none());
        assertThat(found.warnings())
                .singleElement()
                .asString()
                .contains("4 of 4 items of 'b' (far) are also in 'a' (near)")
                .contains("one of the roles is wrong");
        Dataset copies = id.select(0, 1, 1, 2);
        assertThat(evaluator("msp")
                        .score("m", copies, List.of(), EvaluationProgress.none())
                        .warnings())
                .singleElement()
                .asString()
                .contains("1 of 4");
    }

    @Test
    void score_attacksWithoutLabelsAndUnevenTwins_areRefused() {
        Dataset bare = ordinary(10).withoutLabels();
        List<EvaluationSet> attack = List.of(EvaluationSet.adversarial("fgsm", Attacks.of("fgsm", null, 0.1, BOX, 1)));
        assertThatThrownBy(() -> evaluator("msp").score("m", bare, attack, EvaluationProgress.none()))
                .hasMessageContaining("give labels");
        assertThatThrownBy(() -> evaluator("msp")
                        .score(
                                "m",
                                bare,
                                List.of(EvaluationSet.shiftedId("short", data(4, 1, 5))),
                                EvaluationProgress.none()))
                .hasMessageContaining("each of the 10");
        assertThatThrownBy(() -> new EvaluationSet("x", Role.ID, bare, null, false))
                .isInstanceOf(EvaluationException.class);
        assertThatThrownBy(() -> new EvaluationSet("x", Role.ADVERSARIAL, bare, null, true))
                .isInstanceOf(EvaluationException.class);
    }

    @Test
    void score_attackThatBreaksNothing_leavesAnEmptySetThatSaysSo() {
        List<EvaluationSet> none = List.of(EvaluationSet.adversarial("tiny", Attacks.of("fgsm", null, 1e-9, BOX, 1)));
        ScoredModel found = evaluator("msp").score("m", ordinary(20), none, EvaluationProgress.none());
        assertThat(found.sets().get(0).size()).isZero();
        Cell cell = ModelEvaluation.of(found, EvaluationSettings.defaults().withReplicates(20))
                .cell("msp", "tiny", View.DETECTION);
        assertThat(cell.numbers()).isNull();
        assertThat(cell.missing()).contains("no items to be caught");
    }

    @Test
    void score_networkOfOneNumber_isRefusedBeforeItIsScored() {
        var graph = NetworkBuilder.input("x", 6).seed(1).linear("one", 1).build();
        try (Network single = Network.of(graph, Precision.FLOAT64)) {
            Evaluator evaluator = Evaluator.of(new Scorer(single, Scores.of(List.of("msp")), 1));
            List<EvaluationSet> sets = List.of(EvaluationSet.far("far", data(5, 9, 4)));
            assertThatThrownBy(() -> evaluator.score("m", data(5, 1, 3), sets, (set, done, of) -> {
                        throw new AssertionError("scored " + set);
                    }))
                    .isInstanceOf(EvaluationException.class)
                    .hasMessageContaining("two or more classes")
                    .hasMessageContaining("'one'");
        }
    }

    @Test
    void floor_isAlwaysThereOnce() {
        assertThat(evaluator("gen", "entropy").scorer().scores())
                .extracting(Score::name)
                .containsExactly("msp", "energy", "gen", "entropy");
    }
}
