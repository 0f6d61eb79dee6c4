package dev.qualm.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.metric.Proportion;
import dev.qualm.metric.TprRule;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tables of few items, by hand. */
class ModelEvaluationTest {
    private static final double NAN = Double.NaN;
    private static final EvaluationSettings FEW = EvaluationSettings.defaults().withReplicates(50);

    private static ScoredSet id() {
        return Given.id(new double[][] {{.1, .5, .2, .3}, {4, 3, 2, NAN}}, false, true, false, false);
    }

    @Test
    void cells_ofANearSet_areThoseByHand() {
        ScoredModel scored = Given.model("m", List.of("msp", "x"), id(), Given.set("near", Role.NEAR, new double[][] {
            {.4, .3}, {1, NAN}
        }));
        ModelEvaluation table = ModelEvaluation.of(scored, FEW);
        Cell cell = table.cell("msp", "near", View.DETECTION);
        RankNumbers numbers = Objects.requireNonNull(cell.numbers());
        // .4 is above .1, .2 and .3; .3 is above .1 and .2 and ties with .3.
        assertThat(cell.auroc()).isEqualTo(5.5 / 8);
        assertThat(numbers.prevalence()).isEqualTo(2 / 6.0);
        assertThat(numbers.auprOut().baseline()).isEqualTo(2 / 6.0);
        // Flagging from .3 on catches both, and with them .3 and .5; keeping all ordinary items keeps both.
        assertThat(numbers.fpr()).extracting(f -> f.rule()).containsExactly(TprRule.values());
        assertThat(numbers.fpr().get(0).value()).isEqualTo(0.5);
        assertThat(numbers.fpr().get(1).value()).isEqualTo(1);
        assertThat(numbers.fpr().get(0).achieved()).isEqualTo(1);
        assertThat(cell.floor()).isEqualTo(FloorVerdict.FLOOR);
        assertThat(cell.selective()).isNull();
        Cell undefined = table.cell("x", "near", View.DETECTION);
        assertThat(undefined.auroc()).isZero();
        assertThat(undefined.undefinedNegatives()).isEqualTo(1);
        assertThat(undefined.undefinedPositives()).isEqualTo(1);
        assertThat(undefined.floor()).isEqualTo(FloorVerdict.BELOW);
        assertThat(table.warnings()).anyMatch(w -> w.contains("without a score") && w.contains("x=2"));
    }

    @Test
    void cells_ofWrongPredictions_areThoseByHand() {
        ModelEvaluation table = ModelEvaluation.of(Given.model("m", List.of("msp", "x"), id()), FEW);
        Cell cell = table.cell("msp", ModelEvaluation.WRONG, View.FAILURES);
        SelectiveNumbers selective = Objects.requireNonNull(cell.selective());
        assertThat(cell.role()).isEqualTo(Role.MISCLASSIFIED);
        assertThat(cell.auroc()).isEqualTo(1);
        assertThat(selective.accuracy()).isEqualTo(0.75);
        // Risks of the 1, 2, 3 and 4 most trusted: 0, 0, 0, 1/4.
        assertThat(selective.aurc().value()).isCloseTo(0.0625, within(1e-15));
        assertThat(selective.excess().value()).isCloseTo(0, within(1e-15));
        assertThat(selective.risk().value()).isEqualTo(0.25);
        assertThat(table.accuracy()).isEqualTo(0.75);
        // x puts the wrong item in the middle of the three it knows.
        assertThat(table.cell("x", ModelEvaluation.WRONG, View.FAILURES).auroc())
                .isEqualTo(0.5);
    }

    @Test
    void cells_ofAttackedItems_compareWithRightOnesAndAreStamped() {
        ScoredModel scored = Given.model(
                "m", List.of("msp", "x"), id(), Given.attacked("fgsm", new double[][] {{.25, .35}, {5, 5}}, 0, 2));
        ModelEvaluation bare = ModelEvaluation.of(scored, FEW);
        Cell cell = bare.cell("msp", "fgsm", View.DETECTION);
        assertThat(cell.negatives()).isEqualTo(3);
        // .25 is above .1 and .2, .35 above all three.
        assertThat(cell.auroc()).isCloseTo(5 / 6.0, within(1e-15));
        assertThat(cell.nonAdaptive()).isTrue();
        EvaluationReport stamped = EvaluationReport.of(List.of(bare));
        assertThat(stamped.nonAdaptive()).containsExactly("msp", "x");
        assertThat(stamped.toString()).startsWith(EvaluationReport.NON_ADAPTIVE);
        ModelEvaluation half =
                ModelEvaluation.of(scored, FEW, Map.of("x", new Ladder("x", 1), "msp", new Ladder("msp", 0)), b -> {});
        EvaluationReport report = EvaluationReport.of(List.of(half));
        assertThat(report.nonAdaptive()).as("an empty ladder is none").containsExactly("msp");
        assertThat(half.cell("x", "fgsm", View.DETECTION).nonAdaptive()).isFalse();
        assertThat(EvaluationReport.of(List.of(ModelEvaluation.of(
                                Given.model("m", List.of("msp"), Given.id(new double[][] {{1, 2}}, true, false)), FEW)))
                        .stamped())
                .isFalse();
    }

    private record Ladder(String detector, int count) implements AdaptiveResult {
        private record Step(String name, int items, double evaded, String note) implements Rung {
            @Override
            public Proportion evadedShare() {
                return new Proportion(Math.round(evaded * items), items);
            }

            @Override
            public Proportion misclassifiedShare() {
                return new Proportion(items, items);
            }

            @Override
            public double passes() {
                return 12;
            }
        }

        @Override
        public List<Step> rungs() {
            return IntStream.range(0, count)
                    .mapToObj(i -> new Step("joint", 10, 1, ""))
                    .toList();
        }

        @Override
        public Proportion worst() {
            return new Proportion(1, 2);
        }

        @Override
        public String conditions() {
            return "alarms above 0.3";
        }

        @Override
        public List<String> doubts() {
            return List.of("noise as good: <all> of them");
        }
    }

    @Test
    void cells_ofShiftedItems_haveTwoViews() {
        int[] labels = {0, 0, 1, 1};
        ScoredSet shifted = ScoredSet.of(
                "rotated",
                Role.COVARIATE_SHIFTED,
                new int[4],
                labels,
                new double[][] {{.1, .2, .7, .8}, {1, 1, 1, 1}},
                Given.contents(4, 9));
        ModelEvaluation table = ModelEvaluation.of(Given.model("m", List.of("msp", "x"), id(), shifted), FEW);
        assertThat(table.of("rotated", View.DETECTION)).hasSize(2);
        Cell failures = table.cell("msp", "rotated", View.FAILURES);
        assertThat(failures.auroc()).isEqualTo(1);
        assertThat(failures.positives()).isEqualTo(2);
        assertThat(Objects.requireNonNull(failures.selective()).accuracy()).isEqualTo(0.5);
        assertThat(table.cell("x", "rotated", View.FAILURES).auroc())
                .as("all tied")
                .isEqualTo(0.5);
    }

    @Test
    void cells_ofASetWithoutScores_sayWhy() {
        ScoredModel scored = Given.model("m", List.of("msp", "x"), id(), Given.set("far", Role.FAR, new double[][] {
            {1, 2}, {NAN, NAN}
        }));
        Cell cell = ModelEvaluation.of(scored, FEW).cell("x", "far", View.DETECTION);
        assertThat(cell.numbers()).isNull();
        assertThat(cell.missing()).contains("2 are undefined");
        assertThat(cell.floor()).isEqualTo(FloorVerdict.UNKNOWN);
        EvaluationReport report = EvaluationReport.of(List.of(ModelEvaluation.of(scored, FEW)));
        assertThat(report.ranks()).allSatisfy(r -> assertThat(r.role()).isEqualTo(Role.MISCLASSIFIED));
    }

    @Test
    void intervals_ofAttackedItems_takeThemAndTheirOriginsTogether() {
        int n = 100;
        double[] clean = Given.normal(n, 0, 1);
        double[] moved = clean.clone();
        for (int i = 0; i < n; i++) {
            moved[i] += 0.5;
        }
        int[] source = IntStream.range(0, n).toArray();
        ScoredModel scored = Given.model(
                "m",
                List.of("msp"),
                Given.id(new double[][] {clean}, new boolean[n]),
                Given.attacked("fgsm", new double[][] {moved}, source),
                Given.set("same numbers", Role.NEAR, new double[][] {moved}));
        ModelEvaluation table = ModelEvaluation.of(scored, FEW);
        RankNumbers twins =
                Objects.requireNonNull(table.cell("msp", "fgsm", View.DETECTION).numbers());
        RankNumbers apart = Objects.requireNonNull(
                table.cell("msp", "same numbers", View.DETECTION).numbers());
        assertThat(twins.auroc()).isEqualTo(apart.auroc());
        assertThat(twins.aurocInterval().method()).contains("Obuchowski");
        assertThat(apart.aurocInterval().method()).contains("DeLong");
        assertThat(twins.aurocInterval().width())
                .isLessThan(apart.aurocInterval().width() / 2);
    }

    @Test
    void verdicts_onAPlantedProblem_areThoseKnown() {
        int n = 300;
        double[] plain = Given.normal(n, 0, 1);
        double[][] ordinary = {plain, Given.normal(n, 0, 2), Given.normal(n, 0, 3), Given.normal(n, 0, 4)};
        double[][] near = {
            Given.normal(n, 1, 11), Given.normal(n, 3, 12), Given.normal(n, 1.05, 13), Given.normal(n, -2, 14)
        };
        List<String> names = List.of("msp", "strong", "alike", "wrong-way");
        ScoredModel one =
                Given.model("a", names, Given.id(ordinary, new boolean[n]), Given.set("near", Role.NEAR, near));
        EvaluationReport report =
                EvaluationReport.of(List.of(ModelEvaluation.of(one, FEW), ModelEvaluation.of(renamed(one, "b"), FEW)));
        ModelEvaluation a = report.models().get(0);
        assertThat(a.cell("strong", "near", View.DETECTION).floor()).isEqualTo(FloorVerdict.ABOVE);
        assertThat(a.cell("wrong-way", "near", View.DETECTION).floor()).isEqualTo(FloorVerdict.BELOW);
        assertThat(a.cell("alike", "near", View.DETECTION).floor()).isIn(FloorVerdict.NOT_ABOVE, FloorVerdict.BELOW);
        assertThat(a.cell("alike", "near", View.DETECTION).notBeaten()).containsExactly("msp");
        Comparison better =
                Objects.requireNonNull(a.cell("strong", "near", View.DETECTION).baseline());
        assertThat(better.difference()).isPositive();
        assertThat(better.adjusted()).isBetween(better.pValue(), 3 * better.pValue() + 1e-300);
        RoleRanks ranks = report.ranks().stream()
                .filter(r -> r.role() == Role.NEAR)
                .findFirst()
                .orElseThrow();
        assertThat(ranks.blocks()).containsExactly("a: near", "b: near");
        assertThat(ranks.rank("strong")).isEqualTo(1);
        assertThat(ranks.rank("wrong-way")).isEqualTo(4);
        assertThat(ranks.pairs()).hasSize(3);
        ModelSpread spread = report.spreads().stream()
                .filter(s -> s.detector().equals("strong") && s.set().equals("near"))
                .findFirst()
                .orElseThrow();
        assertThat(spread.models()).isEqualTo(2);
        assertThat(spread.deviation()).isZero();
        assertThat(spread.mean())
                .isEqualTo(a.cell("strong", "near", View.DETECTION).auroc());
    }

    private static ScoredModel renamed(ScoredModel m, String name) {
        return new ScoredModel(
                name, m.hash(), m.detectors(), m.id(), m.sets(), m.refusals(), m.warnings(), m.provenance());
    }

    @Test
    void tables_ofMisfits_areRefused() {
        ScoredModel scored = Given.model("m", List.of("msp"), Given.id(new double[][] {{1, 2}}, true, false));
        assertThatThrownBy(() -> ModelEvaluation.of(scored, FEW.withBaseline("knn")))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining("'knn'");
        ModelEvaluation table = ModelEvaluation.of(scored, FEW);
        assertThatThrownBy(() -> EvaluationReport.of(List.of(table, table))).hasMessageContaining("different names");
        assertThatThrownBy(() -> Given.model(
                        "m", List.of("msp"), scored.id(), Given.set(ModelEvaluation.WRONG, Role.NEAR, new double[][] {
                            {1}
                        })))
                .hasMessageContaining("rename");
        assertThatThrownBy(() -> Given.model(
                        "m", List.of("msp"), scored.id(), Given.set("a", Role.NEAR, new double[][] {{1}, {2}})))
                .hasMessageContaining("1 detectors");
    }
}
