package dev.qualm.manipulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.QualmException;
import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JudgeTest {
    private static final Toys.Net NET = Toys.Net.random(11, 24, 40, 4);
    private static final Constraint BOX = Constraint.box(new double[] {-2}, new double[] {2});
    private static final Map<String, Similarity> PCC = Map.of("pcc", Similarity::pearson);

    private static Array images(long seed, int n) {
        return Array.of(new Random(seed).doubles(n * 24L, -1.5, 1.5).toArray(), n, 2, 3, 4);
    }

    private static Judge judge() {
        return new Judge(
                NET.maps().apply(Double.POSITIVE_INFINITY), NET.maps().apply(1), HeatMapForm.REFERENCE, PCC, PCC, BOX);
    }

    @ParameterizedTest
    @CsvSource({"SIGN,L2", "SIGN,LINF", "GAUSSIAN,L2", "GAUSSIAN,LINF"})
    void control_everyKind_hasTheAttacksNormInsideTheBox(RandomPerturbation.Direction direction, Optimizer.Norm norm) {
        Array originals = images(1, 4);
        Array attacked = BoxedNoise.of(originals, .3, 5);
        RandomPerturbation random = new RandomPerturbation(direction, norm, 3);
        RandomPerturbation.Control control = random.of(originals, attacked, BOX);
        for (int i = 0; i < 4; i++) {
            double[] x = Rows.row(control.images(), i);
            double[] o = Rows.row(originals, i);
            double[] change = Vectors.minus(x, o);
            double[] made = Vectors.minus(Rows.row(attacked, i), o);
            double found = norm == Optimizer.Norm.L2 ? Vectors.norm(change) : Vectors.maxAbs(change);
            double wanted = norm == Optimizer.Norm.L2 ? Vectors.norm(made) : Vectors.maxAbs(made);
            assertThat(found).isCloseTo(wanted, within(1e-9));
            assertThat(control.norms()[i]).isEqualTo(found);
            assertThat(control.status().get(i)).isEqualTo(Status.OK);
            assertThat(BOX.project(x, o, 2, 3, 4)).containsExactly(x);
        }
        assertThat(random.of(originals, attacked, BOX).images()).isEqualTo(control.images());
        assertThat(new RandomPerturbation(direction, norm, 4)
                        .of(originals, attacked, BOX)
                        .images())
                .isNotEqualTo(control.images());
    }

    /** An attack that never was: the same image plus clipped noise. */
    private static final class BoxedNoise {
        static Array of(Array images, double sigma, long seed) {
            Random random = new Random(seed);
            double[] out = images.toDoubles().clone();
            for (int i = 0; i < out.length; i++) {
                out[i] = Math.max(-2, Math.min(2, out[i] + sigma * random.nextGaussian()));
            }
            return Array.of(out, images.shape());
        }
    }

    @Test
    void control_noRoomInTheBox_saysHowMuchThereWas() {
        Array originals = Array.of(new double[] {2, 0}, 2, 1);
        Array attacked = Array.of(new double[] {-2, 0}, 2, 1);
        RandomPerturbation random = new RandomPerturbation(RandomPerturbation.Direction.GAUSSIAN, Optimizer.Norm.L2, 1);
        int stuck = 0;
        for (int seed = 0; seed < 20; seed++) {
            RandomPerturbation.Control control =
                    new RandomPerturbation(random.direction(), random.norm(), seed).of(originals, attacked, BOX);
            stuck += control.status().get(0).isOk() ? 0 : 1;
            assertThat(control.status().get(1)).isEqualTo(Status.OK);
            assertThat(control.images().get(1)).isZero();
        }
        // Half of all directions lead out of the box at once.
        assertThat(stuck).isBetween(3, 17);
    }

    @Test
    void verdict_attackedImages_moveFurtherThanTheControlAndSmoothingRestores() {
        Array originals = images(1, 8);
        AttackTarget target = AttackTarget.images(images(2, 8));
        AttackResult attack = ExplanationAttack.usual(BOX)
                .withDescent(Descent.adam(.01, 200, BOX))
                .run(NET.maps(), originals, target);
        RandomPerturbation.Control control = new RandomPerturbation(
                        RandomPerturbation.Direction.GAUSSIAN, Optimizer.Norm.L2, 1)
                .of(originals, attack.images(), BOX);
        List<Verdict> verdicts = judge().of(originals, attack.images(), control.images(), target);
        double excess = 0;
        double restored = 0;
        for (int i = 0; i < 8; i++) {
            Verdict v = verdicts.get(i);
            Movement m = v.movements().get("pcc");
            AttackOutcome o = attack.outcomes().get(i);
            assertThat(v.status()).isEqualTo(Status.OK);
            assertThat(v.classKept()).isEqualTo(o.classKept());
            assertThat(m.attacked()).isCloseTo(o.toOriginal(), within(1e-12));
            assertThat(m.targetBefore()).isCloseTo(o.toTargetBefore(), within(1e-12));
            assertThat(m.targetAfter()).isCloseTo(o.toTarget(), within(1e-12));
            assertThat(v.change().l2()).isCloseTo(o.change().l2(), within(1e-12));
            assertThat(v.smoothingGap()).isPositive();
            assertThat(v.change().similarities().get("pcc")).isBetween(-1.0, 1.0);
            excess += m.excess() / 8;
            restored += m.restored() / 8;
        }
        assertThat(excess).isPositive();
        assertThat(restored).isPositive();
    }

    @Test
    void verdict_untouchedImages_moveNothing() {
        Array originals = images(1, 2);
        Verdict v =
                judge().of(originals, originals, originals, AttackTarget.none()).get(0);
        assertThat(v.classKept()).isTrue();
        assertThat(v.outputChange()).isZero();
        assertThat(v.change().l2()).isZero();
        Movement m = v.movements().get("pcc");
        assertThat(m.attacked()).isCloseTo(1, within(1e-12));
        assertThat(m.targetBefore()).isNaN();
        assertThat(new Movement(1, 1, 1, 0, 0, 0).restored()).isNaN();
        assertThat(new Movement(.2, .9, .6, 0, 0, 0).restored()).isCloseTo(.5, within(1e-12));
        assertThat(new Movement(.2, .9, .6, 0, 0, 0).excess()).isCloseTo(.7, within(1e-12));
    }

    @Test
    void verdict_nanImage_costsOnlyItself() {
        Array originals = images(1, 2);
        double[] data = originals.doubles().clone();
        data[0] = Double.NaN;
        List<Verdict> verdicts = judge().of(originals, Array.of(data, 2, 2, 3, 4), originals, AttackTarget.none());
        assertThat(verdicts.get(0).status().kind()).isEqualTo(Status.Kind.NON_FINITE);
        assertThat(verdicts.get(0).status().detail()).contains("attacked");
        assertThat(verdicts.get(0).movements().get("pcc").attacked()).isNaN();
        assertThat(verdicts.get(1).status()).isEqualTo(Status.OK);
    }

    @Test
    void judge_wrongShapes_areRefused() {
        Array originals = images(1, 2);
        Array other = Array.zeros(DType.FLOAT64, 2, 2, 4, 3);
        assertThatThrownBy(() -> judge().of(originals, other, originals, AttackTarget.none()))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("[2, 2, 4, 3]");
        assertThatThrownBy(() -> new RandomPerturbation(RandomPerturbation.Direction.SIGN, Optimizer.Norm.L2, 0)
                        .of(originals, other, BOX))
                .isInstanceOf(QualmException.class);
    }

    @Test
    void imageChange_boxedPixels_areOnTheUnitScale() {
        ImageChange change = ImageChange.of(new double[] {-2, 0}, new double[] {2, 0}, BOX, PCC, 1, 1, 2);
        assertThat(change.l2()).isEqualTo(4);
        assertThat(change.linf()).isEqualTo(4);
        assertThat(change.mse()).isEqualTo(.5);
        assertThat(change.similarities().get("pcc")).isCloseTo(-1, within(1e-12));
    }
}
