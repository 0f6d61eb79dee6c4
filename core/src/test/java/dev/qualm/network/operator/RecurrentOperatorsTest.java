package dev.qualm.network.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Recurrent operators against the equations of the ONNX specification, one number at a time. */
class RecurrentOperatorsTest {
    private static final int STEPS = 4;
    private static final int BATCH = 3;
    private static final int FEATURES = 2;
    private static final int HIDDEN = 2;
    private static final int[] LENGTHS = {4, 1, 3};

    private final SplittableRandom random = new SplittableRandom(11);
    private final double[] x = draw(STEPS * BATCH * FEATURES);
    private final double[] h0 = draw(BATCH * HIDDEN);
    private final double[] c0 = draw(BATCH * HIDDEN);
    private final double[] peepholes = draw(3 * HIDDEN);

    private double[] draw(int n) {
        return random.doubles(n, -1, 1).toArray();
    }

    /** The weights of one direction with a number of gates. */
    private final class Weights {
        final double[] w;
        final double[] r;
        final double[] b;
        private final int rows;

        Weights(int gates) {
            rows = gates * HIDDEN;
            w = draw(rows * FEATURES);
            r = draw(rows * HIDDEN);
            b = draw(2 * rows);
        }

        double input(int row, int t, int n) {
            double sum = b[row];
            for (int i = 0; i < FEATURES; i++) {
                sum += w[row * FEATURES + i] * x[(t * BATCH + n) * FEATURES + i];
            }
            return sum;
        }

        double state(int row, double[] h) {
            double sum = b[rows + row];
            for (int i = 0; i < HIDDEN; i++) {
                sum += r[row * HIDDEN + i] * h[i];
            }
            return sum;
        }
    }

    @ParameterizedTest
    @CsvSource({"forward, false", "forward, true", "reverse, false", "reverse, true"})
    void lstm_withAllInputs_equalsEquations(String direction, boolean coupled) {
        Weights k = new Weights(4);
        double[] expected = new double[STEPS * BATCH * HIDDEN];
        double[] lastH = h0.clone();
        double[] lastC = c0.clone();
        for (int n = 0; n < BATCH; n++) {
            double[] h = Arrays.copyOfRange(h0, n * HIDDEN, (n + 1) * HIDDEN);
            double[] c = Arrays.copyOfRange(c0, n * HIDDEN, (n + 1) * HIDDEN);
            for (int s = 0; s < LENGTHS[n]; s++) {
                int t = direction.equals("forward") ? s : LENGTHS[n] - 1 - s;
                double[] before = h.clone();
                for (int j = 0; j < HIDDEN; j++) {
                    double i = sigmoid(gate(k, 0, j, t, n, before) + peepholes[j] * c[j]);
                    double f =
                            coupled ? 1 - i : sigmoid(gate(k, 2, j, t, n, before) + peepholes[2 * HIDDEN + j] * c[j]);
                    c[j] = f * c[j] + i * Math.tanh(gate(k, 3, j, t, n, before));
                    double o = sigmoid(gate(k, 1, j, t, n, before) + peepholes[HIDDEN + j] * c[j]);
                    h[j] = o * Math.tanh(c[j]);
                    expected[(t * BATCH + n) * HIDDEN + j] = h[j];
                }
            }
            System.arraycopy(h, 0, lastH, n * HIDDEN, HIDDEN);
            System.arraycopy(c, 0, lastC, n * HIDDEN, HIDDEN);
        }
        Attributes a = Attributes.NONE.with("direction", direction).with("input_forget", coupled ? 1L : 0L);
        List<Array> out = run("LSTM", a, k, state(c0), Array.of(peepholes, 1, 3 * HIDDEN));
        assertThat(out.get(0).shape()).containsExactly(STEPS, 1, BATCH, HIDDEN);
        assertNear(out.get(0), expected);
        assertNear(out.get(1), lastH);
        assertNear(out.get(2), lastC);
    }

    @ParameterizedTest
    @CsvSource({"forward, 0", "forward, 1", "reverse, 0", "reverse, 1"})
    void gru_withLengths_equalsEquations(String direction, long linearFirst) {
        Weights k = new Weights(3);
        double[] expected = new double[STEPS * BATCH * HIDDEN];
        double[] last = new double[BATCH * HIDDEN];
        for (int n = 0; n < BATCH; n++) {
            double[] h = Arrays.copyOfRange(h0, n * HIDDEN, (n + 1) * HIDDEN);
            for (int s = 0; s < LENGTHS[n]; s++) {
                int t = direction.equals("forward") ? s : LENGTHS[n] - 1 - s;
                double[] before = h.clone();
                double[] reset = new double[HIDDEN];
                double[] masked = new double[HIDDEN];
                for (int j = 0; j < HIDDEN; j++) {
                    reset[j] = sigmoid(gate(k, 1, j, t, n, before));
                    masked[j] = reset[j] * before[j];
                }
                for (int j = 0; j < HIDDEN; j++) {
                    int row = 2 * HIDDEN + j;
                    double z = sigmoid(gate(k, 0, j, t, n, before));
                    double recurrent = linearFirst == 1 ? reset[j] * k.state(row, before) : k.state(row, masked);
                    h[j] = (1 - z) * Math.tanh(k.input(row, t, n) + recurrent) + z * before[j];
                    expected[(t * BATCH + n) * HIDDEN + j] = h[j];
                }
            }
            System.arraycopy(h, 0, last, n * HIDDEN, HIDDEN);
        }
        Attributes a = Attributes.NONE.with("direction", direction).with("linear_before_reset", linearFirst);
        List<Array> out = run("GRU", a, k, null, null);
        assertNear(out.get(0), expected);
        assertNear(out.get(1), last);
    }

    @Test
    void rnn_clip_limitsWhatGoesIntoTheActivation() {
        Weights k = new Weights(1);
        Attributes a = Attributes.NONE
                .with("clip", 0.25f)
                .with("activations", List.of("Affine"))
                .with("activation_alpha", new float[] {2})
                .with("activation_beta", new float[] {10});
        double[] y = run("RNN", a, k, null, null).get(1).doubles();
        assertThat(Arrays.stream(y).boxed())
                .allMatch(v -> v >= 9.5 && v <= 10.5)
                .anyMatch(v -> v == 9.5 || v == 10.5);
    }

    @Test
    void lstm_clip_sparesCellState() {
        Attributes a = Attributes.NONE
                .with("clip", 0.25f)
                .with("activations", List.of("Affine", "Affine", "Affine"))
                .with("activation_alpha", new float[] {0, 0, 1})
                .with("activation_beta", new float[] {1, 1, 0});
        // Gates and candidate are 1, so the cell counts the steps and the output is the cell.
        List<Array> out = run("LSTM", a, new Weights(4), state(new double[BATCH * HIDDEN]), null);
        assertThat(out.get(1).doubles()).containsExactly(4, 4, 1, 1, 3, 3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"direction", "layout", "activations"})
    void create_unknownAttributeValue_isRefused(String name) {
        Object value = switch (name) {
            case "direction" -> "sideways";
            case "layout" -> 2L;
            default -> List.of("Sigmoid", "Cosine", "Tanh");
        };
        assertThatThrownBy(() -> run("LSTM", Attributes.NONE.with(name, value), new Weights(4), null, null))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("LSTM 'node'")
                .hasMessageContaining(name.equals("activations") ? "Cosine" : name);
    }

    private static double gate(Weights k, int gate, int j, int t, int n, double[] h) {
        int row = gate * HIDDEN + j;
        return k.input(row, t, n) + k.state(row, h);
    }

    private static double sigmoid(double v) {
        return 1 / (1 + Math.exp(-v));
    }

    private static void assertNear(Array actual, double[] expected) {
        assertThat(actual.doubles()).usingComparatorWithPrecision(1e-12).containsExactly(expected);
    }

    private static Array state(double[] values) {
        return Array.of(values, 1, BATCH, HIDDEN);
    }

    private List<Array> run(String type, Attributes a, Weights k, @Nullable Array cell, @Nullable Array peeps) {
        List<@Nullable Array> inputs = new ArrayList<>(Arrays.asList(
                Array.of(x, STEPS, BATCH, FEATURES),
                Array.of(k.w, 1, k.rows, FEATURES),
                Array.of(k.r, 1, k.rows, HIDDEN),
                Array.of(k.b, 1, 2 * k.rows),
                Array.of(LENGTHS, BATCH),
                state(h0),
                cell,
                peeps));
        List<String> names = List.of("x", "w", "r", "b", "n", "h", cell == null ? "" : "c", peeps == null ? "" : "p");
        Node node = new Node("node", "", type, names, List.of("y", "yh", "yc"), a);
        Operator operator = Objects.requireNonNull(Operators.find("", type), type);
        Kernel kernel = operator.factory().create(new NodeContext(node, 14, Precision.FLOAT64, false, Map.of()));
        try (NativeScope scope = NativeScope.values()) {
            Tensor[] in = inputs.stream()
                    .map(v -> v == null ? null : Tensors.of(v, Precision.FLOAT64))
                    .toArray(Tensor[]::new);
            return Arrays.stream(kernel.run(new Inputs(in)))
                    .map(Tensors::toArray)
                    .toList();
        }
    }
}
