package dev.qualm.evaluate.adaptive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.QualmException;
import dev.qualm.ShapeException;
import dev.qualm.array.Array;
import dev.qualm.attack.Ball;
import dev.qualm.attack.Box;
import dev.qualm.attack.Budget;
import dev.qualm.detect.Score;
import dev.qualm.evaluate.adaptive.LadderWarning.Check;
import dev.qualm.metric.Proportion;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The ladder where it is known which points evade. */
class LadderTest {
    private static final Network NETWORK = Toy.network(Precision.FLOAT64);
    private static final int N = 6;

    @AfterAll
    static void close() {
        NETWORK.close();
    }

    private static LadderResult climb(Score score, double threshold, LadderSettings settings) {
        return new Ladder(new Defence(NETWORK, score, threshold), Toy.BUDGET, Toy.BOX, settings)
                .run(Toy.items(N), new int[N], Toy.others());
    }

    /** Does not see the gradient through the step, but has the score before the step as a stand-in. */
    private static ScoreGradients.Provider standIn() {
        return ladder -> ScoreGradients.withSurrogate(
                new RowGradient(
                        NETWORK,
                        Objects.requireNonNull(RowScore.of(ladder.defence().score())),
                        0),
                new RowGradient(NETWORK, Objects.requireNonNull(RowScore.of(Toy.smooth())), 0));
    }

    @Test
    void run_detectorThatCatchesTheStraightWay_adaptiveRungsEvade() {
        LadderResult result = climb(Toy.smooth(), Toy.THRESHOLD, Toy.settings());

        LadderRung oblivious = result.rung("oblivious");
        assertThat(result.items()).isEqualTo(N);
        assertThat(Objects.requireNonNull(oblivious.misclassifiedShare()).value())
                .isEqualTo(1);
        assertThat(oblivious.evaded()).isZero();
        assertThat(Objects.requireNonNull(oblivious.auroc()).value()).isEqualTo(1);
        for (String name : Rungs.WHITE_BOX) {
            assertThat(result.rung(name).evaded()).as(name).isEqualTo(1);
            assertThat(result.rung(name).zeroGradients()).as(name).isZero();
        }
        assertThat(result.rung("verdict-query").evaded()).isEqualTo(1);
        assertThat(Objects.requireNonNull(result.worst())).isEqualTo(new Proportion(N, N));
        assertThat(result.warnings()).extracting(LadderWarning::check).doesNotContain(Check.ZERO_GRADIENT);
    }

    @Test
    void run_maskedGradient_flaggedAndBrokenByStandInAndByVerdicts() {
        LadderSettings fromItems = Toy.settings().withSearch(1, 1).withProviders(List.of(standIn()));
        LadderResult result = climb(Toy.masked(), 0.5, fromItems);

        for (String name : Rungs.WHITE_BOX) {
            assertThat(result.rung(name).evaded()).as(name).isZero();
        }
        assertThat(result.rung("joint").zeroGradients()).isEqualTo(1);
        assertThat(result.warnings())
                .extracting(LadderWarning::check)
                .contains(Check.ZERO_GRADIENT, Check.BLACK_BOX_STRONGER, Check.LARGER_EPSILON_NOT_STRONGER);
        assertThat(result.rung("bpda").evaded()).isEqualTo(1);
        assertThat(result.rung("verdict-query").evaded()).isEqualTo(1);
        assertThat(Objects.requireNonNull(result.worst()).value()).isEqualTo(1);
    }

    @Test
    void run_detectorOfEverythingWrong_nothingEvades() {
        // Alarms where class 1 leads class 0 at all, which is where an attack wants to be.
        Score lead = new dev.qualm.detect.LogitScore("lead", "Does 1 lead?", true, z -> z[1] - z[0]);
        LadderResult result = climb(lead, 0, Toy.settings());

        assertThat(Objects.requireNonNull(result.worst()).value()).isZero();
        assertThat(Objects.requireNonNull(result.rung("joint").misclassifiedShare())
                        .value())
                .isPositive();
    }

    @ParameterizedTest
    @EnumSource(Ball.class)
    void run_everyBallAndRung_pointsStayInBallAndBox(Ball ball) {
        double epsilon = ball == Ball.LINF ? 0.2 : ball == Ball.L2 ? 0.25 : 0.3;
        // A narrow box, in whose corner the items lie, and pixels that are twice as large as what the network sees.
        Box box = new Box(new double[] {0.405}, new double[] {0.62}, new double[] {0.5});
        try (Network single = Toy.network(Precision.FLOAT32)) {
            LadderSettings settings = Toy.settings().withProviders(List.of(standIn()));
            LadderResult result = new Ladder(
                            new Defence(single, Toy.smooth(), Toy.THRESHOLD),
                            new Budget(ball, 2 * epsilon),
                            box,
                            settings)
                    .run(Toy.items(N), new int[N], Toy.others());
            double[] from = Toy.items(N).asFloat32().toDoubles();
            for (LadderRung rung : result.rungs()) {
                if (!rung.applies()) {
                    continue;
                }
                double[] to = Objects.requireNonNull(rung.points()).toDoubles();
                assertThat(rung.outside()).as(rung.name()).isZero();
                for (int i = 0; i < N; i++) {
                    double a = Math.abs(to[2 * i] - from[2 * i]);
                    double b = Math.abs(to[2 * i + 1] - from[2 * i + 1]);
                    double length = switch (ball) {
                        case LINF -> Math.max(a, b);
                        case L2 -> Math.hypot(a, b);
                        case L1 -> a + b;
                    };
                    assertThat(length).as(rung.name()).isLessThanOrEqualTo(epsilon + 1e-6);
                    assertThat(to[2 * i]).as(rung.name()).isBetween(0.405 - 1e-6, 0.62 + 1e-6);
                    assertThat(to[2 * i + 1]).as(rung.name()).isBetween(0.405 - 1e-6, 0.62 + 1e-6);
                }
            }
            assertThat(result.rung("joint").evaded()).isPositive();
        }
    }

    @Test
    void run_otherOrderCompanyAndThreads_samePoints() {
        LadderSettings settings = Toy.settings();
        LadderResult together = climb(Toy.smooth(), Toy.THRESHOLD, settings.withThreads(2));
        Ladder ladder = new Ladder(new Defence(NETWORK, Toy.smooth(), Toy.THRESHOLD), Toy.BUDGET, Toy.BOX, settings);
        for (int i = 0; i < N; i++) {
            LadderResult alone = ladder.run(Toy.items(N).slice(i, i + 1), new int[1], Toy.others());
            for (LadderRung rung : alone.rungs()) {
                if (rung.applies()) {
                    Array whole =
                            Objects.requireNonNull(together.rung(rung.name()).points());
                    assertThat(Objects.requireNonNull(rung.points()).toDoubles())
                            .as(rung.name())
                            .containsExactly(
                                    whole.slice(i, i + 1).toDoubles(), org.assertj.core.api.Assertions.within(1e-9));
                }
            }
        }
    }

    @Test
    void run_wrongAndAlarmedItems_leftOutAndCounted() {
        Array items = Array.of(new double[] {0.41, 0.41, 0.7, 0.5, 0.2, 0.5}, 3, 2);
        LadderResult result = new Ladder(
                        new Defence(NETWORK, Toy.smooth(), Toy.THRESHOLD), Toy.BUDGET, Toy.BOX, Toy.settings())
                .run(items, new int[3]);

        assertThat(List.of(result.given(), result.wrong(), result.alarmed(), result.items()))
                .containsExactly(3, 1, 1, 1);
        assertThat(items.toDoubles()).containsExactly(0.41, 0.41, 0.7, 0.5, 0.2, 0.5);
    }

    @Test
    void run_nothingLeftToAttack_noShares() {
        LadderResult result = new Ladder(new Defence(NETWORK, Toy.smooth(), -1), Toy.BUDGET, Toy.BOX, Toy.settings())
                .run(Toy.items(2), new int[2]);

        assertThat(result.worst()).isNull();
        assertThat(result.rung("joint").evaded()).isNaN();
        assertThat(result.toString()).contains("no items");
    }

    @Test
    void run_scoreWithoutValue_neverEvades() {
        Score undefined = Toy.score("nan", b -> b > 0.42 ? Double.NaN : 0);
        LadderResult result = climb(undefined, 0.5, Toy.settings());
        for (LadderRung rung : result.rungs()) {
            for (int i = 0; i < rung.items(); i++) {
                assertThat(rung.evasions()[i] && Double.isNaN(rung.scores()[i])).isFalse();
            }
        }
        assertThat(result.items()).isEqualTo(N);
    }

    @Test
    void run_badInputs_saysWhat() {
        Ladder ladder =
                new Ladder(new Defence(NETWORK, Toy.smooth(), Toy.THRESHOLD), Toy.BUDGET, Toy.BOX, Toy.settings());
        assertThatThrownBy(() -> ladder.run(Toy.items(2), new int[3])).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> ladder.run(Toy.items(2), new int[] {0, 3})).hasMessageContaining("0 to 2");
        assertThatThrownBy(() -> ladder.run(Array.of(new double[] {2, 0}, 1, 2), new int[1]))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("box");
        assertThatThrownBy(() -> new Defence(NETWORK, Toy.smooth(), Double.NaN)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> LadderSettings.of(0).withSteps(0)).isInstanceOf(QualmException.class);
    }

    @Test
    void toString_result_isATableWithReasons() {
        String text = climb(Toy.smooth(), Toy.THRESHOLD, Toy.settings()).toString();
        assertThat(text)
                .contains(
                        "verdict-query",
                        "worst case over all rungs: 1.000",
                        "eot does not apply: the score draws nothing");
    }
}
