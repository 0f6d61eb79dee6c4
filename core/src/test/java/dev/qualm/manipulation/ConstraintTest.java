package dev.qualm.manipulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConstraintTest {
    private static final int[] SHAPE = {2, 3};
    private static final double[] LOW = {-1, 0};
    private static final double[] HIGH = {1, 3};

    static List<Constraint> constraints() {
        List<Constraint> all = new ArrayList<>();
        for (double l2 : new double[] {0.4, 1.5, Double.POSITIVE_INFINITY}) {
            for (double linf : new double[] {0.3, 1, Double.POSITIVE_INFINITY}) {
                Constraint balls = Constraint.none().withL2(l2).withLinf(linf);
                all.add(balls);
                all.add(balls.withBox(LOW, HIGH));
                all.add(balls.withBox(new double[] {-1}, new double[] {1}));
            }
        }
        return all;
    }

    private static double[] original(Random random, Constraint constraint) {
        double[] inside = new double[6];
        for (int i = 0; i < 6; i++) {
            double low = !constraint.hasBox() ? -1 : constraint.low()[constraint.low().length == 1 ? 0 : i / 3];
            double high = !constraint.hasBox() ? 1 : constraint.high()[constraint.high().length == 1 ? 0 : i / 3];
            // Corners and faces, too: pixels are often black or white.
            double t = Math.max(0, Math.min(1, 1.6 * random.nextDouble() - 0.3));
            inside[i] = low + t * (high - low);
        }
        return inside;
    }

    private static double[] anywhere(Random random) {
        return random.doubles(6, -4, 4).toArray();
    }

    private static double distance(double[] a, double[] b) {
        return Vectors.norm(Vectors.minus(a, b));
    }

    private static boolean allows(Constraint c, double[] x, double[] o) {
        boolean box = true;
        for (int i = 0; i < 6 && c.hasBox(); i++) {
            int channel = c.low().length == 1 ? 0 : i / 3;
            box &= x[i] >= c.low()[channel] && x[i] <= c.high()[channel];
        }
        return box && distance(x, o) <= c.l2() + 1e-12 && Vectors.maxAbs(Vectors.minus(x, o)) <= c.linf() + 1e-12;
    }

    /** Dykstra's alternating projections onto interval and ball: slow, and converges to the nearest common point. */
    private static double[] slow(Constraint c, double[] x, double[] o) {
        double[] y = x.clone();
        double[] p = new double[6];
        double[] q = new double[6];
        Constraint intervals = c.withL2(Double.POSITIVE_INFINITY);
        for (int k = 0; k < 20_000; k++) {
            double[] in = y.clone();
            Vectors.add(in, p, 1);
            double[] a = intervals.project(in, o, SHAPE);
            p = Vectors.minus(in, a);
            double[] back = a.clone();
            Vectors.add(back, q, 1);
            double d = distance(back, o);
            y = o.clone();
            Vectors.add(y, Vectors.minus(back, o), d > c.l2() ? c.l2() / d : 1);
            q = Vectors.minus(back, y);
        }
        return y;
    }

    @ParameterizedTest
    @MethodSource("constraints")
    void project_anywhere_isInsideAndIdempotent(Constraint constraint) {
        Random random = new Random(1);
        for (int i = 0; i < 50; i++) {
            double[] o = original(random, constraint);
            double[] p = constraint.project(anywhere(random), o, SHAPE);
            assertThat(allows(constraint, p, o)).isTrue();
            assertThat(constraint.project(p, o, SHAPE)).containsExactly(p, within(1e-12));
            assertThat(constraint.project(o, o, SHAPE)).containsExactly(o);
        }
    }

    @ParameterizedTest
    @MethodSource("constraints")
    void project_anywhere_isNearest(Constraint constraint) {
        Random random = new Random(2);
        for (int i = 0; i < 4; i++) {
            double[] o = original(random, constraint);
            double[] x = anywhere(random);
            double[] p = constraint.project(x, o, SHAPE);
            assertThat(distance(p, x)).isCloseTo(distance(slow(constraint, x, o), x), within(1e-4));
            for (int k = 0; k < 200; k++) {
                double[] rival = constraint.project(anywhere(random), o, SHAPE);
                assertThat(distance(p, x)).isLessThanOrEqualTo(distance(rival, x) + 1e-9);
            }
        }
    }

    @Test
    void project_ballAlone_scalesTheStep() {
        double[] p = Constraint.none().withL2(1).project(new double[] {3, 4}, new double[2], 2);
        assertThat(p).containsExactly(new double[] {.6, .8}, within(1e-12));
    }

    @Test
    void project_boxAlone_isPerChannel() {
        double[] p = Constraint.box(LOW, HIGH).project(new double[] {-5, 0, 5, -5, 1, 5}, new double[6], SHAPE);
        assertThat(p).containsExactly(-1, 0, 1, 0, 1, 3);
    }

    @Test
    void check_imageOutsideOfTheBox_saysWhereAndWhatToDo() {
        Constraint box = Constraint.box(LOW, HIGH);
        Status status = box.check(new double[] {0, 0, 0, 255, 0, 0}, SHAPE);
        assertThat(status.kind()).isEqualTo(Status.Kind.UNDEFINED);
        assertThat(status.detail()).contains("255", "channel 1", "units of the network's input");
        assertThat(box.check(new double[] {1.0005, 0, 0, 0, 0, 0}, SHAPE)).isEqualTo(Status.OK);
        assertThat(box.check(new double[] {Double.NaN, 0, 0, 0, 0, 0}, SHAPE).kind())
                .isEqualTo(Status.Kind.NON_FINITE);
    }

    @Test
    void constraint_hostileBounds_areRefused() {
        assertThatThrownBy(() -> Constraint.box(new double[] {1}, new double[] {1}))
                .hasMessageContaining("channel 0");
        assertThatThrownBy(() -> Constraint.box(new double[] {1}, new double[] {2, 3}))
                .isInstanceOf(ManipulationException.class);
        assertThatThrownBy(() -> Constraint.none().withL2(0)).isInstanceOf(ManipulationException.class);
        assertThatThrownBy(() -> Constraint.none().withLinf(Double.NaN)).isInstanceOf(ManipulationException.class);
        assertThatThrownBy(() ->
                        Constraint.box(new double[3], new double[] {1, 1, 1}).check(new double[6], SHAPE))
                .hasMessageContaining("1 or 2 channels");
        assertThatThrownBy(() -> Constraint.none().project(new double[5], new double[6], SHAPE))
                .isInstanceOf(ManipulationException.class);
    }

    @Test
    void project_radiiInPixels_allowsEachChannelItsOwnWidth() {
        double[] low = {0, -10};
        double[] high = {1, 10};
        double[] original = {0.5, 0};
        Constraint linf = Constraint.box(low, high).withLinf(0.1).in(Constraint.Unit.PIXELS);
        double[] moved = linf.project(new double[] {9, 9}, original, 2, 1);
        assertThat(moved[0]).isCloseTo(0.6, within(1e-12));
        assertThat(moved[1]).isCloseTo(2, within(1e-12));

        Constraint l2 = Constraint.box(low, high).withL2(0.05).in(Constraint.Unit.PIXELS);
        double[] ball = l2.project(new double[] {0.6, -2}, original, 2, 1);
        double first = ball[0] - 0.5;
        double second = ball[1] / 20;
        assertThat(Math.hypot(first, second)).isCloseTo(0.05, within(1e-9));
        assertThat(first).isCloseTo(-second, within(1e-9));
        assertThat(l2.toString()).contains("in pixels");
    }

    @Test
    void in_pixelsWithoutBox_isRefused() {
        assertThatThrownBy(() -> Constraint.none().withLinf(0.1).in(Constraint.Unit.PIXELS))
                .isInstanceOf(ManipulationException.class)
                .hasMessageContaining("box of valid pixels");
    }
}
