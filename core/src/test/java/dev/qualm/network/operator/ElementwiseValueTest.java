package dev.qualm.network.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Node;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Activations and unary mathematics against their formulas in plain Java. */
class ElementwiseValueTest {
    private static final double[] POINTS = {-30, -3.5, -3, -2.5, -1, -0.5, -0.1, 0, 0.1, 0.5, 1, 1.5, 2.5, 3, 3.5, 30};

    static Stream<Arguments> formulas() {
        return Stream.of(
                on("Relu", x -> Math.max(x, 0)),
                on("LeakyRelu", x -> x > 0 ? x : 0.01f * x),
                on("ThresholdedRelu", x -> x > 1 ? x : 0),
                on("Elu", x -> x > 0 ? x : Math.expm1(x)),
                on("Selu", x -> 1.050701f * (x > 0 ? x : 1.6732632f * Math.expm1(x))),
                on(of("Selu").opset(1), x -> 1.0507f * (x > 0 ? x : 1.6732f * Math.expm1(x))),
                on(of("Celu").attribute("alpha", 2f), x -> Math.max(0, x) + Math.min(0, 2 * Math.expm1(x / 2))),
                on("Softplus", ElementwiseValueTest::softplus),
                on(of("Softplus").domain(Node.QUALM_DOMAIN).attribute("beta", 10f), x -> softplus(10 * x) / 10),
                on(of("Softplus").domain(Node.QUALM_DOMAIN).attribute("beta", 1e6f), x -> softplus(1e6 * x) / 1e6),
                on(clip(-0.5f, 2.5f), x -> -0.5 + (softplus(10 * (x + 0.5)) - softplus(10 * (x - 2.5))) / 10),
                on(
                        of("SmoothClip")
                                .domain(Node.QUALM_DOMAIN)
                                .attribute("min", -0.5f)
                                .attribute("beta", 2f),
                        x -> -0.5 + softplus(2 * (x + 0.5)) / 2),
                on(
                        of("SmoothClip")
                                .domain(Node.QUALM_DOMAIN)
                                .attribute("max", 2.5f)
                                .attribute("beta", 2f),
                        x -> 2.5 - softplus(2 * (2.5 - x)) / 2),
                on("Softsign", x -> x / (1 + Math.abs(x))),
                on("Sigmoid", ElementwiseValueTest::sigmoid),
                on("Tanh", Math::tanh),
                on("HardSigmoid", x -> Math.max(0, Math.min(1, 0.2f * x + 0.5))),
                on("HardSwish", x -> x * Math.max(0, Math.min(1, x / 6 + 0.5))),
                on(
                        of("Gelu").attribute("approximate", "tanh"),
                        x -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)))),
                on("Gelu", x -> 0.5 * x * (1 + erf(x / Math.sqrt(2)))),
                on("Erf", ElementwiseValueTest::erf),
                on("Mish", x -> x * Math.tanh(softplus(x))),
                on("Swish", x -> x * sigmoid(x)),
                on(of("Swish").attribute("alpha", 2f), x -> x * sigmoid(2 * x)),
                on("Exp", Math::exp),
                on("Log", Math::log),
                on("Sqrt", Math::sqrt),
                on("Reciprocal", x -> 1 / x),
                on("Neg", x -> -x),
                on("Abs", Math::abs),
                on("Sin", Math::sin),
                on("Cos", Math::cos),
                on("Tan", Math::tan),
                on("Asin", Math::asin),
                on("Acos", Math::acos),
                on("Atan", Math::atan),
                on("Sinh", Math::sinh),
                on("Cosh", Math::cosh),
                on("Asinh", x -> Math.signum(x) * Math.log(Math.abs(x) + Math.sqrt(x * x + 1))),
                on("Acosh", x -> x < 1 ? Double.NaN : Math.log(x + Math.sqrt(x * x - 1))),
                on("Atanh", x -> 0.5 * Math.log((1 + x) / (1 - x))),
                on("Sign", Math::signum),
                on("Floor", Math::floor),
                on("Ceil", Math::ceil),
                on("Round", Math::rint));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("formulas")
    void run_atKnownPoints_equalsFormula(OperatorCase c, DoubleUnaryOperator formula) {
        double[] actual = output(c.plain(Array.of(POINTS, POINTS.length))).doubles();
        for (int i = 0; i < POINTS.length; i++) {
            double expected = formula.applyAsDouble(POINTS[i]);
            if (Double.isFinite(expected)) {
                assertThat(actual[i])
                        .as("%s at %s", c, POINTS[i])
                        .isCloseTo(expected, within(1e-12 * (1 + Math.abs(expected))));
            } else {
                assertThat(actual[i]).as("%s at %s", c, POINTS[i]).isEqualTo(Double.valueOf(expected));
            }
        }
    }

    @Test
    void smoothClip_farOutside_isTheBoundToTheLastBit() {
        Array x = Array.of(new double[] {-1e12, -100, 100, 1e12}, 4);
        assertThat(output(clip(-0.5f, 2.5f).plain(x)).doubles()).containsExactly(-0.5, -0.5, 2.5, 2.5);
        assertThat(output(of("SmoothClip")
                                .domain(Node.QUALM_DOMAIN)
                                .attribute("max", 2.5f)
                                .plain(x))
                        .doubles())
                .containsExactly(-1e12, -100, 2.5, 2.5);
    }

    @Test
    void smoothClip_crossedBounds_areRefused() {
        assertThatThrownBy(() -> output(clip(3, 2.5f).plain(Array.of(POINTS, POINTS.length))))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("found 3.0 and 2.5");
    }

    private static OperatorCase clip(float min, float max) {
        return of("SmoothClip")
                .domain(Node.QUALM_DOMAIN)
                .attribute("min", min)
                .attribute("max", max)
                .attribute("beta", 10f);
    }

    @Test
    void pRelu_slopeOfOpset6_belongsToAxisOne() {
        Array x = Array.of(new double[] {-1, -2, -3, 4}, 1, 2, 2);
        Array slope = Array.of(new double[] {10, 100}, 2);
        assertThat(output(of("PRelu").opset(6).plain(x).plain(slope)).doubles()).containsExactly(-10, -20, -300, 4);
        assertThat(output(of("PRelu").opset(9).plain(x).plain(slope)).doubles()).containsExactly(-10, -200, -30, 4);
    }

    @Test
    void isInf_signs_areChosenByAttributes() {
        Array x = Array.of(new double[] {1, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, Double.NaN}, 4);
        OperatorCase c = of("IsInf").plain(x);
        assertThat(output(c).data()).isEqualTo(new boolean[] {false, true, true, false});
        OperatorCase positive = c.attribute("detect_negative", 0L);
        assertThat(output(positive).data()).isEqualTo(new boolean[] {false, false, true, false});
        OperatorCase negative = c.attribute("detect_positive", 0L);
        assertThat(output(negative).data()).isEqualTo(new boolean[] {false, true, false, false});
        assertThat(output(negative.attribute("detect_negative", 0L)).data()).isEqualTo(new boolean[4]);
        assertThat(output(of("IsNaN").plain(x)).data()).isEqualTo(new boolean[] {false, false, false, true});
    }

    @Test
    void factory_wrongAttribute_isRefused() {
        assertThatThrownBy(() -> of("Gelu").attribute("approximate", "fast").kernel(false))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("Gelu 'node'")
                .hasMessageContaining("expected approximate 'none' or 'tanh', but found 'fast'");
        assertThatThrownBy(() -> of("Softplus")
                        .domain(Node.QUALM_DOMAIN)
                        .attribute("beta", 0f)
                        .kernel(false))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("positive finite beta");
    }

    private static Arguments on(String type, DoubleUnaryOperator formula) {
        return on(of(type), formula);
    }

    private static Arguments on(OperatorCase c, DoubleUnaryOperator formula) {
        return Arguments.of(c, formula);
    }

    private static OperatorCase of(String type) {
        return OperatorCase.of(type, "values");
    }

    private static Array output(OperatorCase c) {
        return new OperatorRun(c).outputs(c.kernel(false), Precision.FLOAT64).get(0);
    }

    private static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    private static double sigmoid(double x) {
        return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
    }

    /** The integral of the Gaussian by Simpson's rule. */
    private static double erf(double x) {
        double end = Math.min(Math.abs(x), 7);
        int n = 20_000;
        double h = end / n;
        double sum = 1 + Math.exp(-end * end);
        for (int i = 1; i < n; i++) {
            sum += (i % 2 == 0 ? 2 : 4) * Math.exp(-(i * h) * (i * h));
        }
        return Math.signum(x) * 2 / Math.sqrt(Math.PI) * sum * h / 3;
    }
}
