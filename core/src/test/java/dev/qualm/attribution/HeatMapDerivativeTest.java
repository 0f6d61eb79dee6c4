package dev.qualm.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.ShapeException;
import dev.qualm.Status;
import dev.qualm.array.Array;
import dev.qualm.testkit.Close;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HeatMapDerivativeTest {
    private static final double NAN = Double.NaN;

    private static Array maps(double... values) {
        return Array.of(values, 1, 2, 1, values.length / 2);
    }

    /** Central differences of sum(u * f(m)), entry by entry. */
    private static double[] slow(Function<Array, Array> f, Array m, Array u) {
        double[] out = new double[m.size()];
        double e = 1e-6;
        for (int i = 0; i < out.length; i++) {
            double[] up = m.toDoubles().clone();
            double[] down = m.toDoubles().clone();
            up[i] += e;
            down[i] -= e;
            out[i] = (weighted(f.apply(Array.of(up, m.shape())), u) - weighted(f.apply(Array.of(down, m.shape())), u))
                    / (2 * e);
        }
        return out;
    }

    private static double weighted(Array a, Array u) {
        double sum = 0;
        for (int i = 0; i < a.size(); i++) {
            sum += a.get(i) * u.get(i);
        }
        return sum;
    }

    @ParameterizedTest
    @EnumSource(Reduction.class)
    void reduction_pullback_matchesDifferences(Reduction reduction) {
        for (int[] shape : new int[][] {{3, 4, 2, 3}, {2, 3, 5}, {2, 7}, {4}}) {
            Array m = Close.gaussian(shape.length, shape).asFloat64();
            Array u = Close.gaussian(9, reduction.shape(shape)).asFloat64();
            assertThat(reduction.pullback(m, u).doubles()).containsExactly(slow(reduction::of, m, u), within(1e-8));
        }
    }

    @ParameterizedTest
    @EnumSource(Normalisation.class)
    void normalisation_pullback_matchesDifferences(Normalisation normalisation) {
        for (int[] shape : new int[][] {{3, 4, 5}, {2, 6}, {3}}) {
            Array m = Close.gaussian(shape.length, shape).asFloat64();
            Array u = Close.gaussian(9, shape).asFloat64();
            assertThat(normalisation.pullback(m, u).doubles())
                    .containsExactly(slow(a -> normalisation.of(a).values(), m, u), within(1e-6));
        }
    }

    @Test
    void reduction_twoChannels_isAsDefined() {
        Array m = maps(1, -2, 0, -3, 5, 0);
        assertThat(Reduction.ABSOLUTE_SUM.of(m)).isEqualTo(Array.of(new double[] {4, 7, 0}, 1, 1, 3));
        assertThat(Reduction.SIGNED_SUM.of(m)).isEqualTo(Array.of(new double[] {-2, 3, 0}, 1, 1, 3));
        assertThat(Reduction.ABSOLUTE_MAX.of(m)).isEqualTo(Array.of(new double[] {3, 5, 0}, 1, 1, 3));
        assertThat(Reduction.NONE.of(m)).isEqualTo(m);
    }

    @Test
    void reduction_kinks_haveSubgradientZeroAndOneWinner() {
        Array m = maps(2, 0, -2, 0);
        Array u = Array.of(new double[] {1, 1}, 1, 1, 2);
        assertThat(Reduction.ABSOLUTE_SUM.pullback(m, u).doubles()).containsExactly(1, 0, -1, 0);
        assertThat(Reduction.ABSOLUTE_MAX.pullback(m, u).doubles()).containsExactly(1, 0, 0, 0);
    }

    @Test
    void reduction_nan_staysInItsPlace() {
        for (Reduction reduction : Reduction.values()) {
            Array reduced = reduction.of(maps(NAN, 1, 2, 3));
            assertThat(reduced.get(0)).isNaN();
            assertThat(reduced.get(1)).isFinite();
        }
    }

    @Test
    void reduction_wrongCotangents_areRefusedWithBothShapes() {
        assertThatThrownBy(() -> Reduction.ABSOLUTE_SUM.pullback(maps(1, 2), maps(1, 2)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[1, 1, 1]")
                .hasMessageContaining("[1, 2, 1, 1]");
        assertThatThrownBy(() -> Reduction.NONE.of(Array.of(new double[] {1}))).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Normalisation.SUM.pullback(maps(1, 2), Array.of(new double[] {1, 2}, 2)))
                .isInstanceOf(ShapeException.class);
    }

    @Test
    void normalisation_batch_isPerImage() {
        Array m = Array.of(new double[] {1, 3, 100, 300}, 2, 2);
        assertThat(Normalisation.SUM.of(m).values().doubles()).containsExactly(.25, .75, .25, .75);
        assertThat(Normalisation.MAX_ABS.of(m).values().doubles()).containsExactly(1 / 3.0, 1, 1 / 3.0, 1);
        assertThat(Normalisation.SUM
                        .of(Array.of(new double[] {-1, 3}, 1, 2))
                        .values()
                        .doubles())
                .containsExactly(-.25, .75);
    }

    @Test
    void normalisation_zeroAndNanMaps_costOnlyThemselves() {
        Array m = Array.of(new double[] {0, 0, NAN, 1, 2, 2, Double.MAX_VALUE, Double.MAX_VALUE}, 4, 2);
        for (Normalisation normalisation : new Normalisation[] {Normalisation.SUM, Normalisation.MAX_ABS}) {
            Normalisation.Scaled scaled = normalisation.of(m);
            assertThat(scaled.status().get(0).kind()).isEqualTo(Status.Kind.UNDEFINED);
            assertThat(scaled.status().get(1).kind()).isEqualTo(Status.Kind.NON_FINITE);
            assertThat(scaled.status().get(2)).isEqualTo(Status.OK);
            assertThat(scaled.values().get(0)).isNaN();
            assertThat(scaled.values().get(3)).isNaN();
            assertThat(scaled.values().get(4)).isPositive();
            assertThat(normalisation.pullback(m, m).get(0)).isNaN();
            assertThat(normalisation.pullback(m, m).get(4)).isFinite();
        }
        assertThat(Normalisation.SUM.of(m).status().get(3).kind()).isEqualTo(Status.Kind.NON_FINITE);
        assertThat(Normalisation.NONE.of(m).status().get(0)).isEqualTo(Status.OK);
        assertThat(Normalisation.NONE.of(m).status().get(1).kind()).isEqualTo(Status.Kind.NON_FINITE);
    }
}
