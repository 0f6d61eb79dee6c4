package dev.qualm.manipulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ExplanationAttackTest {
    private static final int[] SHAPE = {2, 3, 4};
    static final int SIZE = 24;
    static final Toys.Net NET = Toys.Net.random(11, SIZE, 40, 4);
    private static final Constraint BOX = Constraint.box(new double[] {-2, -1.5}, new double[] {2, 2.5});

    static Array images(long seed, int n) {
        Random random = new Random(seed);
        double[] out = new double[n * SIZE];
        for (int i = 0; i < out.length; i++) {
            out[i] = random.nextDouble() * 3 - 1.5;
        }
        return Array.of(out, Rows.batchShape(n, SHAPE));
    }

    static ExplanationAttack quick(MapLoss loss) {
        return ExplanationAttack.usual(BOX)
                .withLoss(AttackLoss.of(loss))
                .withDescent(Descent.adam(.01, 60, BOX))
                .withBetas(BetaGrowth.constant(3))
                .withStop(EarlyStop.off());
    }

    private static AttackTarget target(MapLoss loss, int n) {
        return loss.isTargeted() ? AttackTarget.images(images(99, n)) : AttackTarget.none();
    }

    static Iterable<MapLoss> losses() {
        return MapLoss.all();
    }

    @ParameterizedTest
    @MethodSource("losses")
    void run_everyLoss_fallsWithinTheBox(MapLoss loss) {
        Array images = images(1, 3);
        AttackResult result = quick(loss).run(NET.maps(), images, target(loss, 3));
        for (int i = 0; i < 3; i++) {
            AttackOutcome outcome = result.outcomes().get(i);
            assertThat(outcome.status()).isEqualTo(Status.OK);
            assertThat(outcome.steps()).isEqualTo(60);
            assertThat(outcome.map()[59]).isLessThan(outcome.map()[0]);
            assertThat(outcome.toOriginal()).isLessThan(1);
            double[] x = Rows.row(result.images(), i);
            assertThat(BOX.project(x, Rows.row(images, i), SHAPE)).containsExactly(x);
            // One look before, one evaluation and pullback per step, one probe, one look after.
            assertThat(outcome.evaluations()).isEqualTo(62);
            assertThat(outcome.pullbacks()).isEqualTo(61);
        }
    }

    @Test
    void run_targeted_approachesTheTarget() {
        AttackResult result = quick(new RelativeError())
                .withLoss(new AttackLoss(HeatMapForm.REFERENCE, new RelativeError(), 1, OutputLoss.none()))
                .run(NET.maps(), images(1, 3), AttackTarget.images(images(99, 1)));
        for (AttackOutcome outcome : result.outcomes()) {
            assertThat(outcome.toTarget()).isGreaterThan(outcome.toTargetBefore() + .2);
            assertThat(outcome.finalLoss()).isLessThan(outcome.total()[0]);
        }
        assertThat(result.targetMaps().shape()).containsExactly(3, 3, 4);
        assertThat(result.finalMaps().shape()).containsExactly(3, 3, 4);
    }

    @ParameterizedTest
    @EnumSource(OutputLoss.Kind.class)
    void run_heldOutput_staysCloserThanAFreeOne(OutputLoss.Kind kind) {
        ExplanationAttack attack = quick(new RelativeError());
        AttackLoss held = new AttackLoss(HeatMapForm.REFERENCE, new RelativeError(), 1, new OutputLoss(kind, 1e4));
        AttackLoss free = new AttackLoss(HeatMapForm.REFERENCE, new RelativeError(), 1, new OutputLoss(kind, 0));
        AttackTarget target = AttackTarget.images(images(99, 3));
        AttackResult tight = attack.withLoss(held).run(NET.maps(), images(1, 3), target);
        AttackResult loose = attack.withLoss(free).run(NET.maps(), images(1, 3), target);
        for (int i = 0; i < 3; i++) {
            assertThat(tight.outcomes().get(i).output()[59])
                    .isLessThan(loose.outcomes().get(i).output()[59] / 10);
            assertThat(tight.outcomes().get(i).classKept()).isTrue();
        }
    }

    /** The reference's loop, written out: one image, losses before the step, gradients by central differences. */
    @Test
    void reference_trajectory_equalsTheLoopWrittenOut() {
        double[] low = {-2, -1.5};
        double[] high = {2, 2.5};
        int steps = 8;
        ExplanationAttack attack = ExplanationAttack.reference(true, 1e4, 1e2, .05, steps, low, high);
        double[] x0 = Rows.row(images(5, 1), 0);
        double[] xt = Rows.row(images(6, 1), 0);
        int explained = Vectors.argmax(NET.logits(x0, 1000));
        double[] target = heat(NET.gradient(xt, 1000, Vectors.argmax(NET.logits(xt, 1000))));
        double[] p0 = Vectors.softmax(NET.logits(x0, 1000));
        double[] x = x0.clone();
        double[] m = new double[SIZE];
        double[] v = new double[SIZE];
        List<double[]> expected = new ArrayList<>();
        List<Double> totals = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            double beta = 10 * Math.pow(10, (double) i / steps);
            totals.add(total(x, beta, explained, target, p0));
            double[] next = x.clone();
            for (int k = 0; k < SIZE; k++) {
                double[] up = x.clone();
                double[] down = x.clone();
                up[k] += 1e-6;
                down[k] -= 1e-6;
                double g = (total(up, beta, explained, target, p0) - total(down, beta, explained, target, p0)) / 2e-6;
                m[k] = .9 * m[k] + .1 * g;
                v[k] = .999 * v[k] + .001 * g * g;
                double step = m[k] / (1 - Math.pow(.9, i + 1)) / (Math.sqrt(v[k] / (1 - Math.pow(.999, i + 1))) + 1e-8);
                int c = k / 12;
                next[k] = Math.max(low[c], Math.min(high[c], x[k] - .05 * step));
            }
            x = next;
            expected.add(x);
        }
        List<AttackStep> seen = new ArrayList<>();
        AttackResult result = attack.run(
                NET.maps(),
                Rows.batch(List.of(x0), SHAPE),
                null,
                AttackTarget.images(Rows.batch(List.of(xt), SHAPE)),
                Map.of(),
                seen::add);
        assertThat(seen).hasSize(steps);
        for (int i = 0; i < steps; i++) {
            assertThat(seen.get(i).step()).isEqualTo(i);
            assertThat(seen.get(i).beta()).isCloseTo(10 * Math.pow(10, (double) i / steps), within(1e-12));
            assertThat(seen.get(i).total()[0]).isCloseTo(totals.get(i), within(1e-5 * totals.get(i)));
            assertThat(1e4 * seen.get(i).map()[0] + 1e2 * seen.get(i).output()[0])
                    .isCloseTo(seen.get(i).total()[0], within(1e-9));
            assertThat(Rows.row(seen.get(i).images(), 0)).containsExactly(expected.get(i), within(1e-4));
        }
        assertThat(Rows.row(result.images(), 0)).containsExactly(expected.get(steps - 1), within(1e-4));
        assertThat(result.outcomes().get(0).explained()).isEqualTo(explained);
        assertThat(Rows.row(result.targetMaps(), 0)).containsExactly(target, within(1e-12));
    }

    private static double[] heat(double[] map) {
        double[] out = new double[12];
        double sum = 0;
        for (int i = 0; i < SIZE; i++) {
            out[i % 12] += Math.abs(map[i]);
            sum += Math.abs(map[i]);
        }
        return Vectors.times(out, 1 / sum);
    }

    private static double total(double[] x, double beta, int explained, double[] target, double[] p0) {
        double[] gap = Vectors.minus(heat(NET.gradient(x, beta, explained)), target);
        double[] change = Vectors.minus(Vectors.softmax(NET.logits(x, beta)), p0);
        return 1e4 * Vectors.dot(gap, gap) / 12 + 1e2 * Vectors.dot(change, change) / 4;
    }

    @Test
    void run_reluGradient_isRefusedWithTheWayOut() {
        ExplanationAttack attack = quick(new RelativeError()).withBetas(BetaGrowth.off());
        assertThatThrownBy(() -> attack.run(NET.maps(), images(1, 2), AttackTarget.images(images(2, 2))))
                .isInstanceOf(ManipulationException.class)
                .hasMessageContaining("exactly zero")
                .hasMessageContaining("beta");
    }

    @Test
    void run_batch_equalsSingles() {
        int n = 19;
        Array images = images(3, n);
        Array targets = images(4, n);
        ExplanationAttack attack = quick(new Correlation()).withStop(new EarlyStop(.6, 0, 30, .01));
        AttackResult batch = attack.run(NET.maps(), images, AttackTarget.images(targets));
        for (int i = 0; i < n; i++) {
            AttackResult single =
                    attack.run(NET.maps(), images.slice(i, i + 1), AttackTarget.images(targets.slice(i, i + 1)));
            assertThat(batch.images().slice(i, i + 1)).isEqualTo(single.images());
            assertThat(batch.finalMaps().slice(i, i + 1)).isEqualTo(single.finalMaps());
            assertThat(batch.outcomes().get(i).total())
                    .containsExactly(single.outcomes().get(0).total());
            assertThat(batch.outcomes().get(i).reason())
                    .isEqualTo(single.outcomes().get(0).reason());
        }
        assertThat(batch.outcomes().stream()
                        .map(AttackOutcome::steps)
                        .distinct()
                        .count())
                .isGreaterThan(1);
    }

    @Test
    void run_earlyStop_takesImagesOutOfTheBatch() {
        List<Integer> sizes = new ArrayList<>();
        ExplanationAttack attack = quick(new Correlation())
                .withDescent(Descent.adam(.02, 400, BOX))
                .withStop(new EarlyStop(.7, 0, 1000, 0));
        AttackResult result = attack.run(
                NET.maps(),
                images(3, 6),
                null,
                AttackTarget.images(images(4, 6)),
                Map.of(),
                s -> sizes.add(s.rows().length));
        assertThat(sizes.get(0)).isEqualTo(6);
        assertThat(sizes).isSortedAccordingTo((a, b) -> b - a);
        assertThat(result.outcomes()).anyMatch(o -> o.reason() == EarlyStop.Reason.REACHED);
        for (AttackOutcome o : result.outcomes()) {
            if (o.reason() == EarlyStop.Reason.REACHED) {
                assertThat(o.toTarget()).isGreaterThanOrEqualTo(.7);
                assertThat(o.steps() % EarlyStop.EVERY).isZero();
            }
        }
    }

    @Test
    void run_plateau_stops() {
        Array images = images(3, 1);
        AttackResult result = quick(new RelativeError())
                .withDescent(Descent.adam(1e-9, 300, BOX))
                .withStop(new EarlyStop(2, -2, 20, .01))
                .run(NET.maps(), images, AttackTarget.images(images(4, 1)));
        assertThat(result.outcomes().get(0).reason()).isEqualTo(EarlyStop.Reason.PLATEAU);
        assertThat(result.outcomes().get(0).steps()).isEqualTo(30);
    }

    @ParameterizedTest
    @MethodSource("losses")
    void run_sameSeed_sameBits(MapLoss loss) {
        ExplanationAttack attack =
                quick(loss).withDescent(Descent.adam(.01, 10, BOX)).withStarts(new RandomStarts(2, 7));
        AttackResult a = attack.run(NET.maps(), images(1, 3), target(loss, 3));
        AttackResult b = attack.run(NET.maps(), images(1, 3), target(loss, 3));
        assertThat(a.images()).isEqualTo(b.images());
        AttackResult c = attack.withStarts(new RandomStarts(2, 8)).run(NET.maps(), images(1, 3), target(loss, 3));
        boolean random = loss.isStationaryAtOriginal()
                || Stream.concat(a.outcomes().stream(), c.outcomes().stream()).anyMatch(o -> o.attempt() > 0);
        assertThat(a.images().equals(c.images())).isEqualTo(!random);
    }

    @Test
    void run_restarts_reportTheBestAttemptAndAllPasses() {
        ExplanationAttack once = quick(new RelativeError()).withDescent(Descent.adam(.01, 20, BOX));
        AttackResult first = once.run(NET.maps(), images(1, 4), AttackTarget.images(images(2, 4)));
        AttackResult best = once.withStarts(new RandomStarts(3, 1))
                .run(NET.maps(), images(1, 4), AttackTarget.images(images(2, 4)));
        for (int i = 0; i < 4; i++) {
            AttackOutcome won = best.outcomes().get(i);
            AttackOutcome only = first.outcomes().get(i);
            assertThat(won.classKept() || !only.classKept()).isTrue();
            assertThat(won.finalLoss() <= only.finalLoss() || won.classKept() != only.classKept())
                    .isTrue();
            assertThat(best.outcomes().get(i).pullbacks()).isEqualTo(4 * 20 + 1);
            assertThat(best.outcomes().get(i).evaluations()).isEqualTo(1 + 4 * 21);
        }
    }

    @Test
    void run_ballsAndPgd_stayInTheBall() {
        Array images = images(1, 3);
        for (Constraint ball :
                List.of(BOX.withLinf(.05), BOX.withL2(.2), BOX.withL2(.2).withLinf(.05))) {
            for (Optimizer.Norm norm : Optimizer.Norm.values()) {
                AttackResult result = quick(new Untargeted())
                        .withDescent(new Descent(Optimizer.pgd(.02, norm), Schedule.COSINE, 30, ball))
                        .withStarts(new RandomStarts(1, 1))
                        .run(NET.maps(), images, AttackTarget.none());
                for (AttackOutcome o : result.outcomes()) {
                    assertThat(o.change().linf())
                            .isLessThanOrEqualTo(ball.linf() + 1e-12)
                            .isPositive();
                    assertThat(o.change().l2()).isLessThanOrEqualTo(ball.l2() + 1e-12);
                    assertThat(o.toOriginal()).isLessThan(.999);
                }
            }
        }
    }

    @Test
    void run_floats_staysInFloats() {
        Array images = images(1, 2).asFloat32();
        AttackResult result = quick(new RelativeError()).run(NET.maps(), images, AttackTarget.images(images(2, 2)));
        assertThat(result.images().dtype()).isEqualTo(DType.FLOAT32);
        assertThat(result.outcomes()).allMatch(o -> o.status().isOk() && o.map()[59] < o.map()[0]);
    }
}
