package dev.qualm.manipulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.Status;
import dev.qualm.array.DType;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CurvatureTest {
    private static final int SIZE = 24;
    private static final double BETA = 3;
    private static final Toys.Net NET = Toys.Net.random(11, SIZE, 40, 4);
    private static final GradientField FIELD =
            new LogitGradient(NET.maps().apply(BETA), DType.FLOAT64, new int[] {2, 3, 4}, 1);
    private static final Function<double[], HessianProducts> HESSIAN = x -> new Toys.Dense(NET.hessian(x, BETA, 1));

    private static double[] point(long seed) {
        return new Random(seed).doubles(SIZE, -1, 1).toArray();
    }

    /** Power iteration on H^2, slow and obvious: the largest absolute eigenvalue. */
    private static double power(HessianProducts h, int iterations) {
        double[] v = new Random(1).doubles(h.size(), -1, 1).toArray();
        double norm = 0;
        for (int i = 0; i < iterations; i++) {
            v = Vectors.times(v, 1 / Vectors.norm(v));
            v = h.times(new double[][] {v})[0];
            norm = Vectors.norm(v);
        }
        return norm;
    }

    private static double[] spectrum(double first, int n, long seed) {
        double[] values = new Random(seed).doubles(n, -.5, .5).toArray();
        values[0] = first;
        return values;
    }

    @Test
    void lanczos_dominantEigenvalue_isFoundWithItsSign() {
        for (double dominant : new double[] {2, -2, 1e-8, -1e8}) {
            double[] values = Vectors.times(spectrum(1, 60, 3), dominant);
            Lanczos.Result found = Lanczos.usual(5).of(Toys.Dense.withEigenvalues(4, values));
            assertThat(found.eigenvalue()).isCloseTo(dominant, within(Math.abs(dominant) * 1e-3));
            assertThat(found.converged()).isTrue();
            assertThat(found.products()).isLessThanOrEqualTo(20);
            assertThat(Vectors.norm(found.vector())).isCloseTo(1, within(1e-12));
        }
    }

    @Test
    void lanczos_residual_isTheTrueOneAndBoundsTheError() {
        Toys.Dense matrix = Toys.Dense.withEigenvalues(4, spectrum(.7, 80, 9));
        for (int products : new int[] {1, 3, 8, 15, 40}) {
            Lanczos.Result found = new Lanczos(products, 0, 2).of(matrix);
            double[] off = matrix.times(new double[][] {found.vector()})[0];
            Vectors.add(off, found.vector(), -found.eigenvalue());
            assertThat(Vectors.norm(off)).isCloseTo(found.residual(), within(1e-12));
            double nearest = IntStream.range(0, 80)
                    .mapToDouble(i -> Math.abs(spectrum(.7, 80, 9)[i] - found.eigenvalue()))
                    .min()
                    .orElseThrow();
            assertThat(nearest).isLessThanOrEqualTo(found.residual() + 1e-12);
            assertThat(found.products()).isEqualTo(products);
        }
    }

    @Test
    void lanczos_clusteredSpectrum_findsTheClusterAndSaysIfNotConverged() {
        double[] values = spectrum(1, 60, 3);
        for (int i = 0; i < 5; i++) {
            values[i] = -1 - 1e-6 * i;
        }
        Lanczos.Result found = Lanczos.usual(5).of(Toys.Dense.withEigenvalues(4, values));
        assertThat(found.eigenvalue()).isCloseTo(-1, within(1e-4));
        Lanczos.Result few = new Lanczos(2, 1e-2, 5).of(Toys.Dense.withEigenvalues(4, values));
        assertThat(few.converged()).isFalse();
    }

    @Test
    void lanczos_rankOneZeroAndTiny_endEarly() {
        double[] rankOne = new double[30];
        rankOne[7] = -3;
        Lanczos.Result found = Lanczos.usual(1).of(Toys.Dense.withEigenvalues(2, rankOne));
        assertThat(found.eigenvalue()).isCloseTo(-3, within(1e-12));
        assertThat(found.converged()).isTrue();
        assertThat(found.products()).isLessThanOrEqualTo(3);
        Lanczos.Result zero = Lanczos.usual(1).of(new Toys.Dense(new double[9][9]));
        assertThat(zero.eigenvalue()).isZero();
        assertThat(zero.converged()).isTrue();
        Lanczos.Result single = Lanczos.usual(1).of(new Toys.Dense(new double[][] {{-4}}));
        assertThat(single.eigenvalue()).isEqualTo(-4);
        Lanczos.Result pair = Lanczos.usual(1).of(new Toys.Dense(new double[][] {{1, 2}, {2, 1}}));
        assertThat(pair.eigenvalue()).isCloseTo(3, within(1e-12));
        assertThat(pair.residual()).isZero();
    }

    @Test
    void lanczos_sameSeed_sameBits() {
        Toys.Dense matrix = Toys.Dense.withEigenvalues(4, spectrum(.7, 80, 9));
        assertThat(Lanczos.usual(3).of(matrix).vector())
                .isEqualTo(Lanczos.usual(3).of(matrix).vector());
        assertThat(Lanczos.usual(3).of(matrix).vector())
                .isNotEqualTo(Lanczos.usual(4).of(matrix).vector());
    }

    @Test
    void lanczos_network_beatsPowerIterationAtEqualCost() {
        HessianProducts h = HESSIAN.apply(point(1));
        double exact = power(h, 20_000);
        Lanczos.Result found = new Lanczos(10, 0, 1).of(h);
        assertThat(Math.abs(found.eigenvalue())).isCloseTo(exact, within(exact * 1e-3));
        assertThat(Math.abs(Math.abs(found.eigenvalue()) - exact)).isLessThan(Math.abs(power(h, 10) - exact));
    }

    @Test
    void products_nan_giveAStatusAndNoException() {
        double[][] nan = {{Double.NaN, 0}, {0, 1}};
        assertThat(Lanczos.usual(1).of(new Toys.Dense(nan)).status().kind()).isEqualTo(Status.Kind.NON_FINITE);
        assertThat(Hutchinson.usual(1).of(new Toys.Dense(nan)).status().kind()).isEqualTo(Status.Kind.NON_FINITE);
        Curvature curvature = Curvature.of(
                new Toys.Dense(nan), new double[] {1, 1}, Lanczos.usual(1), Hutchinson.usual(1), List.of());
        assertThat(curvature.status().kind()).isEqualTo(Status.Kind.NON_FINITE);
    }

    @Test
    void hutchinson_estimates_areUnbiasedWithTheStatedError() {
        double[] values = spectrum(1, 40, 8);
        double exact = Vectors.norm(values);
        Toys.Dense matrix = Toys.Dense.withEigenvalues(4, values);
        int within2 = 0;
        double mean = 0;
        for (int seed = 0; seed < 200; seed++) {
            Hutchinson.Estimate e = Hutchinson.usual(seed).of(matrix);
            within2 += Math.abs(e.norm() - exact) < 2 * e.standardError() ? 1 : 0;
            mean += e.norm() * e.norm() / 200;
        }
        assertThat(Math.sqrt(mean)).isCloseTo(exact, within(.02 * exact));
        assertThat(within2).isBetween(175, 200);
        assertThat(Hutchinson.usual(1).of(new Toys.Dense(new double[4][4])).standardError())
                .isZero();
        assertThatThrownBy(() -> new Hutchinson(1, 0)).isInstanceOf(ManipulationException.class);
    }

    @Test
    void finiteDifferences_productsAndGradients_matchTheFormula() {
        double[] x = point(2);
        assertThat(FIELD.gradients(new double[][] {x, point(3)})[1])
                .containsExactly(NET.gradient(point(3), BETA, 1), within(1e-12));
        HessianProducts exact = HESSIAN.apply(x);
        FiniteDifferenceHessian slow = FiniteDifferenceHessian.at(FIELD, x, true);
        double[][] probes = new double[40][];
        for (int i = 0; i < probes.length; i++) {
            probes[i] = Vectors.times(point(100 + i), Math.pow(10, i % 9 - 4));
        }
        probes[7] = new double[SIZE];
        double[][] found = slow.times(probes);
        double[][] wanted = exact.times(probes);
        for (int i = 0; i < probes.length; i++) {
            assertThat(found[i]).containsExactly(wanted[i], within(1e-6 * Vectors.norm(probes[i]) + 1e-300));
        }
    }

    @Test
    void levelSet_operator_isTheProjectedHessian() {
        double[] x = point(4);
        double[] g = NET.gradient(x, BETA, 1);
        LevelSet shape = new LevelSet(HESSIAN.apply(x), g);
        double[] v = point(5);
        double[] n = Vectors.times(g, 1 / Vectors.norm(g));
        double[] pv = v.clone();
        Vectors.add(pv, n, -Vectors.dot(n, v));
        double[] hpv = Toys.times(NET.hessian(x, BETA, 1), pv);
        Vectors.add(hpv, n, -Vectors.dot(n, hpv));
        assertThat(shape.times(new double[][] {v, g})[0])
                .containsExactly(Vectors.times(hpv, 1 / Vectors.norm(g)), within(1e-12));
        assertThat(Vectors.norm(shape.times(new double[][] {v, g})[1])).isCloseTo(0, within(1e-12));
        assertThatThrownBy(() -> new LevelSet(HESSIAN.apply(x), new double[SIZE]))
                .isInstanceOf(ManipulationException.class)
                .hasMessageContaining("normal");
    }

    @Test
    void levelSet_sphere_hasCurvatureOneOverRadius() {
        // f = |x|^2 / 2: gradient x, Hessian I; level sets are spheres of radius |x|.
        double[] x = {3, 4, 0, 0, 12};
        double[][] identity = new double[5][5];
        for (int i = 0; i < 5; i++) {
            identity[i][i] = 1;
        }
        Curvature curvature =
                Curvature.of(new Toys.Dense(identity), x, Lanczos.usual(1), Hutchinson.usual(1), List.of("pool"));
        assertThat(curvature.principal().eigenvalue()).isCloseTo(1 / 13.0, within(1e-12));
        assertThat(curvature.frobenius().norm()).isCloseTo(Math.sqrt(5), within(1e-12));
        assertThat(curvature.gradientNorm()).isCloseTo(13, within(1e-12));
        assertThat(curvature.nonSmooth()).containsExactly("pool");
        Curvature flat =
                Curvature.of(new Toys.Dense(identity), new double[5], Lanczos.usual(1), Hutchinson.usual(1), List.of());
        assertThat(flat.status().kind()).isEqualTo(Status.Kind.ZERO_GRADIENT);
        assertThat(flat.principal()).isNull();
    }

    @Test
    void path_smoothNet_integralEqualsArcAndBoundsTheChord() {
        PathCurvature path = PathCurvature.along(FIELD, HESSIAN, List.of(point(1), point(6), point(7)), 200, List.of());
        assertThat(path.integral()).isCloseTo(path.arc(), within(1e-3 * path.arc()));
        assertThat(path.chord()).isLessThanOrEqualTo(path.integral());
        assertThat(path.pieces()).isEqualTo(400);
        assertThat(path.isVoid()).isFalse();
        double straight =
                Vectors.norm(Vectors.minus(point(1), point(6))) + Vectors.norm(Vectors.minus(point(6), point(7)));
        assertThat(path.length()).isCloseTo(straight, within(1e-12));
    }

    @Test
    void path_sphere_turnsByTheAngle() {
        GradientField radial =
                points -> java.util.Arrays.stream(points).map(double[]::clone).toArray(double[][]::new);
        Function<double[], HessianProducts> identity = x -> new Toys.Dense(new double[][] {{1, 0}, {0, 1}});
        PathCurvature path = PathCurvature.along(
                radial, identity, List.of(new double[] {1, 0}, new double[] {0, 1}), 2000, List.of());
        assertThat(path.arc()).isCloseTo(Math.PI / 2, within(1e-6));
        assertThat(path.integral()).isCloseTo(Math.PI / 2, within(1e-6));
        assertThat(path.chord()).isCloseTo(Math.sqrt(2), within(1e-12));
    }

    @Test
    void path_kinks_voidTheBoundAndLeaveTheArc() {
        Toys.Net net = NET;
        GradientField relu =
                new LogitGradient(net.maps().apply(Double.POSITIVE_INFINITY), DType.FLOAT64, new int[] {SIZE}, 1);
        PathCurvature path = PathCurvature.along(
                relu,
                x -> new Toys.Dense(net.hessian(x, Double.POSITIVE_INFINITY, 1)),
                List.of(point(1), point(6)),
                100,
                List.of("relu1"));
        assertThat(path.integral()).isZero();
        assertThat(path.arc()).isGreaterThanOrEqualTo(path.chord()).isPositive();
        assertThat(path.isVoid()).isTrue();
        assertThat(path.nonSmooth()).containsExactly("relu1");
    }

    @Test
    void path_zeroOrNanGradient_hasAStatus() {
        Function<double[], HessianProducts> zero = x -> new Toys.Dense(new double[2][2]);
        List<double[]> ends = List.of(new double[] {-1, 0}, new double[] {1, 0});
        PathCurvature vanishing = PathCurvature.along(points -> new double[points.length][2], zero, ends, 4, List.of());
        assertThat(vanishing.status().kind()).isEqualTo(Status.Kind.ZERO_GRADIENT);
        assertThat(vanishing.arc()).isNaN();
        PathCurvature still = PathCurvature.along(
                points -> java.util.Arrays.stream(points)
                        .map(p -> new double[] {1, 2})
                        .toArray(double[][]::new),
                zero,
                List.of(ends.get(0), ends.get(0)),
                4,
                List.of());
        assertThat(still.arc()).isZero();
        assertThat(still.integral()).isZero();
        assertThatThrownBy(() -> PathCurvature.along(FIELD, HESSIAN, List.of(point(1)), 4, List.of()))
                .isInstanceOf(ManipulationException.class);
    }

    @Test
    void bounds_network_holdAboveTheTruth() {
        double[] x = point(1);
        double[] g = NET.gradient(x, BETA, 1);
        double principal = power(new LevelSet(HESSIAN.apply(x), g), 5000);
        double[] bends = NET.bends(x, BETA, 1);
        double w1 = Math.sqrt(power(squared(NET.w1()), 5000));
        double w2 = Vectors.norm(NET.w2()[1]);
        CurvatureBound local = CurvatureBound.local(
                Vectors.norm(g), new double[] {w1}, new double[] {Vectors.maxAbs(bends)}, List.of());
        CurvatureBound global = CurvatureBound.global(BETA, new double[] {w1, w2}, Vectors.norm(g), List.of());
        assertThat(principal).isLessThanOrEqualTo(local.value());
        assertThat(local.value()).isLessThanOrEqualTo(global.value());
        assertThat(global.value()).isCloseTo(BETA / 4 * w1 * w1 * w2 / Vectors.norm(g), within(1e-9));
        assertThat(local.isVoid()).isFalse();
        assertThat(CurvatureBound.global(1, new double[] {2, 3, 5}, 2, List.of("max"))
                        .isVoid())
                .isTrue();
        // (1/4) (4 * 15 + 36 * 5) / 2
        assertThat(CurvatureBound.global(1, new double[] {2, 3, 5}, 2, List.of())
                        .value())
                .isCloseTo(30, within(1e-12));
        assertThatThrownBy(() -> CurvatureBound.local(0, new double[1], new double[1], List.of()))
                .isInstanceOf(ManipulationException.class);
    }

    /** W^T W. */
    private static HessianProducts squared(double[][] w) {
        double[][] out = new double[w[0].length][w[0].length];
        for (double[] row : w) {
            for (int i = 0; i < out.length; i++) {
                for (int j = 0; j < out.length; j++) {
                    out[i][j] += row[i] * row[j];
                }
            }
        }
        return new Toys.Dense(out);
    }
}
