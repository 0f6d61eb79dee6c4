package dev.qualm.manipulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.QualmException;
import dev.qualm.Status;
import dev.qualm.testkit.Close;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class MapLossTest {
    private static double[] random(long seed, int size) {
        return Close.gaussian(seed, size).toDoubles();
    }

    private static double[] slow(ToDoubleFunction<double[]> f, double[] at) {
        double[] out = new double[at.length];
        double e = 1e-6;
        for (int i = 0; i < at.length; i++) {
            double[] up = at.clone();
            double[] down = at.clone();
            up[i] += e;
            down[i] -= e;
            out[i] = (f.applyAsDouble(up) - f.applyAsDouble(down)) / (2 * e);
        }
        return out;
    }

    static Iterable<MapLoss> losses() {
        return MapLoss.all();
    }

    @Test
    void all_permittedLosses_areRegistered() {
        assertThat(MapLoss.all().stream().map(Object::getClass))
                .containsExactlyInAnyOrder(MapLoss.class.getPermittedSubclasses());
        assertThat(MapLoss.all().stream().map(MapLoss::name)).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("losses")
    void gradient_matchesDifferences(MapLoss loss) {
        for (int[] shape : new int[][] {{4, 5}, {7}, {2, 3, 4}, {1, 6}}) {
            int size = java.util.Arrays.stream(shape).reduce(1, (a, b) -> a * b);
            MapGoal goal = new MapGoal(shape, random(1, size), random(2, size));
            double[] map = random(3, size);
            assertThat(loss.check(goal)).isEqualTo(Status.OK);
            assertThat(loss.of(map, goal).gradient())
                    .containsExactly(slow(m -> loss.of(m, goal).value(), map), within(1e-7));
        }
    }

    @ParameterizedTest
    @MethodSource("losses")
    void stationarity_isAsDeclared(MapLoss loss) {
        double[] original = random(4, 20);
        MapGoal goal = new MapGoal(new int[] {4, 5}, original, random(5, 20));
        double gradient = Vectors.norm(loss.of(original, goal).gradient());
        assertThat(gradient < 1e-12).isEqualTo(loss.isStationaryAtOriginal());
    }

    @ParameterizedTest
    @MethodSource("losses")
    void descent_lowersTheLoss(MapLoss loss) {
        MapGoal goal = new MapGoal(new int[] {4, 5}, random(6, 20), random(7, 20));
        double[] map = random(8, 20);
        MapLoss.Value before = loss.of(map, goal);
        Vectors.add(map, before.gradient(), -1e-4 / Vectors.norm(before.gradient()));
        assertThat(loss.of(map, goal).value()).isLessThan(before.value());
    }

    @Test
    void values_knownMaps_areAsDefined() {
        double[] original = {.5, .3, .2, 0};
        double[] target = {0, .2, .3, .5};
        MapGoal goal = new MapGoal(new int[] {2, 2}, original, target);
        assertThat(new RelativeError().of(target, goal).value()).isZero();
        assertThat(new RelativeError().of(new double[4], goal).value()).isEqualTo(1);
        assertThat(new MapError().of(original, goal).value()).isCloseTo((.25 + .01 + .01 + .25) / 4, within(1e-15));
        assertThat(new Correlation().of(target, goal).value()).isCloseTo(0, within(1e-15));
        assertThat(new Correlation().of(new double[] {1, .8, .7, .5}, goal).value())
                .isCloseTo(2, within(1e-15));
        assertThat(new TopK(2).of(target, goal).value()).isEqualTo(.2);
        assertThat(new Untargeted().of(original, goal).value()).isCloseTo(0, within(1e-15));
        assertThat(new Untargeted().of(target, goal).value()).isCloseTo(-2, within(1e-15));
        // All mass from the upper left to the lower right corner is one diagonal.
        MapGoal corner = new MapGoal(new int[] {2, 2}, new double[] {1, 0, 0, 0}, null);
        assertThat(new MassCentre().of(new double[] {0, 0, 0, 1}, corner).value())
                .isCloseTo(-1, within(1e-15));
    }

    @Test
    void topK_equalValues_takesTheFirst() {
        MapGoal goal = new MapGoal(new int[] {5}, new double[] {1, -2, 2, 2, 1}, null);
        assertThat(new TopK(2).of(new double[] {1, 1, 1, 1, 1}, goal).gradient())
                .containsExactly(0, 1, 1, 0, 0);
        assertThat(new TopK(5).check(goal).kind()).isEqualTo(Status.Kind.UNDEFINED);
        assertThatThrownBy(() -> new TopK(0)).isInstanceOf(ManipulationException.class);
    }

    @ParameterizedTest
    @MethodSource("losses")
    void check_hostileGoals_saysWhy(MapLoss loss) {
        double[] nan = {1, Double.NaN, 3, 4};
        MapGoal broken = new MapGoal(new int[] {4}, nan, nan);
        assertThat(loss.check(broken).kind()).isEqualTo(Status.Kind.NON_FINITE);
        if (loss.isTargeted()) {
            MapGoal without = new MapGoal(new int[] {2}, new double[] {1, 2}, null);
            assertThatThrownBy(() -> loss.check(without)).hasMessageContaining("target");
        }
    }

    @Test
    void check_zeroOrConstantTarget_isUndefinedWhereItMatters() {
        MapGoal zero = new MapGoal(new int[] {4}, new double[] {0, 0, 0, 0}, new double[4]);
        assertThat(new RelativeError().check(zero).kind()).isEqualTo(Status.Kind.UNDEFINED);
        assertThat(new Correlation().check(zero).kind()).isEqualTo(Status.Kind.UNDEFINED);
        assertThat(new Untargeted().check(zero).kind()).isEqualTo(Status.Kind.UNDEFINED);
        assertThat(new MassCentre().check(zero).kind()).isEqualTo(Status.Kind.UNDEFINED);
        assertThat(new MapError().check(zero)).isEqualTo(Status.OK);
    }

    @Test
    void goal_wrongLengths_areRefused() {
        assertThatThrownBy(() -> new MapGoal(new int[] {2, 2}, new double[3], null))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("4 values")
                .hasMessageContaining("3 in the original");
    }

    @ParameterizedTest
    @EnumSource(OutputLoss.Kind.class)
    void outputLoss_gradient_matchesDifferences(OutputLoss.Kind kind) {
        OutputLoss loss = new OutputLoss(kind, 3);
        double[] before = random(1, 5);
        double[] now = random(2, 5);
        assertThat(loss.of(now, before).gradient())
                .containsExactly(slow(z -> loss.of(z, before).value(), now), within(1e-8));
        assertThat(loss.of(before, before).value()).isZero();
    }

    @Test
    void outputLoss_hugeLogits_staysFinite() {
        double[] huge = {1e300, -1e300, 0};
        assertThat(OutputLoss.probabilities(1)
                        .of(huge, new double[] {0, 0, 1e300})
                        .value())
                .isCloseTo(2 / 3.0, within(1e-12));
        assertThatThrownBy(() -> OutputLoss.logits(1).of(huge, new double[2])).isInstanceOf(QualmException.class);
        assertThatThrownBy(() -> OutputLoss.logits(-1)).isInstanceOf(ManipulationException.class);
    }

    @Test
    void pearson_random_staysInItsRange() {
        Random random = new Random(3);
        for (int i = 0; i < 200; i++) {
            double[] a = random.doubles(3).toArray();
            double[] b = Vectors.times(a, random.nextBoolean() ? 2 : -2);
            assertThat(Math.abs(Correlation.pearson(a, b).value())).isBetween(1 - 1e-12, 1.0);
        }
    }
}
