package dev.qualm.network.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.operator.Operator.Gradient;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every operator of the registry owes its callers, checked on the cases of {@link OperatorCases}. */
/*
 * Derivatives are compared with five-point central differences in float64: with h = 1e-4 times the size of the input
 * the truncation error is of order h^4 = 1e-16 and the rounding error of order 1e-16 |f| / h = 1e-12 |f|.
 */
class OperatorDerivativeTest {
    private static final double STEP = 1e-4;
    private static final double RELATIVE = 1e-7;

    static Stream<OperatorCase> all() {
        return OperatorCases.all().stream();
    }

    static Stream<OperatorCase> differentiable() {
        return OperatorCases.of(Gradient.DIFFERENTIABLE)
                .filter(c -> !c.differentiate().isEmpty());
    }

    static Stream<OperatorCase> zero() {
        return OperatorCases.of(Gradient.ZERO);
    }

    static Stream<OperatorCase> inPlace() {
        return OperatorCases.all().stream().filter(c -> c.operator().inPlace() != null);
    }

    static Stream<OperatorCase> rowwise() {
        return OperatorCases.all().stream().filter(OperatorCase::rows);
    }

    @Test
    void registry_everyFloatOperator_hasADifferentiatedCase() {
        Set<String> covered = new HashSet<>();
        OperatorCases.all().stream()
                .filter(c -> !c.differentiate().isEmpty())
                .forEach(c -> covered.add(c.domain() + ":" + c.type()));
        List<String> missing = Operators.all().stream()
                .filter(o -> o.gradient() != Gradient.NONE)
                .map(o -> o.domain() + ":" + o.type())
                .filter(o -> !covered.contains(o))
                .toList();
        assertThat(missing)
                .as("operators without a case that differentiates an input")
                .isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("differentiable")
    void gradient_ofCase_equalsCentralDifferences(OperatorCase c) {
        OperatorRun run = new OperatorRun(c);
        Map<Integer, double[]> x = run.point();
        check(c, run.gradient(x), x, run::value, run.magnitude(x));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("differentiable")
    void secondDerivative_ofCase_equalsCentralDifferencesOfGradient(OperatorCase c) {
        OperatorRun run = new OperatorRun(c);
        Map<Integer, double[]> x = run.point();
        double size = run.gradient(x).values().stream()
                .flatMapToDouble(Arrays::stream)
                .map(Math::abs)
                .sum();
        check(c, run.second(x), x, run::directional, size);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("zero")
    void gradient_ofZeroGradientOperator_isZero(OperatorCase c) {
        OperatorRun run = new OperatorRun(c);
        run.gradient(run.point())
                .forEach((i, g) ->
                        assertThat(Arrays.stream(g)).as("%s: input %d", c, i).allMatch(v -> v == 0));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("all")
    void run_normalKernel_leavesInputsUnchanged(OperatorCase c) {
        assertThat(new OperatorRun(c).inputsAfterwards()).as("%s", c).isEqualTo(new OperatorRun(c).inputsBefore());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("inPlace")
    void run_inPlaceKernel_equalsNormalKernel(OperatorCase c) {
        OperatorRun run = new OperatorRun(c);
        assertThat(run.outputs(c.kernel(true), Precision.FLOAT64))
                .as("%s", c)
                .isEqualTo(run.outputs(c.kernel(false), Precision.FLOAT64));
    }

    /** In float32 the outputs that depend on the differentiated inputs are float32, and near the float64 values. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("differentiable")
    void run_inFloat32_isNearFloat64(OperatorCase c) {
        OperatorRun run = new OperatorRun(c);
        List<Array> exact = run.outputs(c.kernel(false), Precision.FLOAT64);
        List<Array> single = run.outputs(c.kernel(false, Precision.FLOAT32), Precision.FLOAT32);
        assertThat(single).as("%s", c).hasSameSizeAs(exact);
        for (int k = 0; k < exact.size(); k++) {
            Array e = exact.get(k);
            Array s = single.get(k);
            assertThat(s.shape()).as("%s: shape of output %d", c, k).isEqualTo(e.shape());
            if (e.dtype().isFloating()) {
                if (!c.attributes().has("to")) {
                    assertThat(s.dtype()).as("%s: type of output %d", c, k).isEqualTo(DType.FLOAT32);
                }
                double[] a = e.toDoubles();
                double[] b = s.toDoubles();
                double scale = largest(a);
                for (int i = 0; i < a.length; i++) {
                    assertThat(b[i])
                            .as("%s: output %d element %d", c, k, i)
                            .isCloseTo(a[i], within(1e-4 * scale + 1e-30));
                }
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rowwise")
    void run_oneRow_equalsThatRowOfTheBatch(OperatorCase c) {
        List<Array> batch = new OperatorRun(c).outputs(c.kernel(false), Precision.FLOAT64);
        for (int r = 0; r < batch.get(0).dim(0); r++) {
            OperatorCase one = c.row(r);
            List<Array> row = new OperatorRun(one).outputs(one.kernel(false), Precision.FLOAT64);
            for (int k = 0; k < batch.size(); k++) {
                Array expected = batch.get(k).slice(r, r + 1);
                assertThat(row.get(k).shape()).as("%s: shape of row %d", c, r).isEqualTo(expected.shape());
                assertThat(row.get(k).toDoubles())
                        .as("%s: output %d, row %d", c, k, r)
                        .usingComparatorWithPrecision(1e-12 * (1 + largest(expected.toDoubles())))
                        .containsExactly(expected.toDoubles());
            }
        }
    }

    private static double largest(double[] values) {
        return Arrays.stream(values).map(Math::abs).max().orElse(0);
    }

    private static void check(
            OperatorCase c,
            Map<Integer, double[]> derivative,
            Map<Integer, double[]> x,
            ToDoubleFunction<Map<Integer, double[]>> function,
            double size) {
        for (Map.Entry<Integer, double[]> entry : x.entrySet()) {
            double[] values = entry.getValue();
            double range = largest(values);
            double h = STEP * Math.min(1, range == 0 ? 1 : range);
            double[] expected = new double[values.length];
            for (int i = 0; i < values.length; i++) {
                expected[i] = (8 * (at(function, x, values, i, h) - at(function, x, values, i, -h))
                                - (at(function, x, values, i, 2 * h) - at(function, x, values, i, -2 * h)))
                        / (12 * h);
            }
            double tolerance = RELATIVE * largest(expected) + 2e-14 * size / h + 1e-300;
            double[] actual = Objects.requireNonNull(derivative.get(entry.getKey()));
            for (int i = 0; i < values.length; i++) {
                assertThat(actual[i])
                        .as("%s: input %d element %d (x = %s)", c, entry.getKey(), i, values[i])
                        .isCloseTo(expected[i], within(tolerance));
            }
        }
    }

    private static double at(
            ToDoubleFunction<Map<Integer, double[]>> function,
            Map<Integer, double[]> x,
            double[] moved,
            int i,
            double by) {
        double before = moved[i];
        moved[i] = before + by;
        double value = function.applyAsDouble(x);
        moved[i] = before;
        return value;
    }
}
