package dev.qualm.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.graph.Graph;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps of softmax regression against the published updates, written out in double precision. */
class OptimizerTest {
    private static final int FEATURES = 3;
    private static final int CLASSES = 4;
    private static final double[][] X = {{1, -2, 0.5}, {0.3, 0.7, -1}, {-1.5, 0.2, 2}, {0.1, 1.1, 0.9}, {2, 0, -0.4}};
    private static final int[] Y = {0, 3, 1, 2, 0};

    private final Graph graph = NetworkBuilder.input("input", FEATURES)
            .seed(5)
            .linear("logits", CLASSES)
            .build();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void sgd_plain_movesAgainstTheGradient(int steps) {
        Optimizer.Sgd sgd = new Optimizer.Sgd(0.4, 0, false, 0);
        requireEqual(steps, sgd, new Schedule.Constant(), 0, (w, g, state, rate, decay) -> w - rate * g);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void sgd_momentumAndDecay_followsTheDefinition(int steps) {
        Optimizer.Sgd sgd = new Optimizer.Sgd(0.3, 0.8, false, 0.2);
        requireEqual(steps, sgd, new Schedule.Constant(), 0, (w, g, state, rate, decay) -> {
            state[0] = 0.8 * state[0] + g + decay * w;
            return w - rate * state[0];
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void sgd_nesterovOnACosine_looksAhead(int steps) {
        Optimizer.Sgd sgd = new Optimizer.Sgd(0.3, 0.8, true, 0.2);
        requireEqual(steps, sgd, new Schedule.Cosine(2, 0.1), 0.1, (w, g, state, rate, decay) -> {
            double decayed = g + decay * w;
            state[0] = 0.8 * state[0] + decayed;
            return w - rate * (decayed + 0.8 * state[0]);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void adam_unusualConstants_followsTheDefinition(int steps) {
        Optimizer.Adam adam = new Optimizer.Adam(0.2, 0.6, 0.95, 1e-3, 0.5);
        requireEqual(steps, adam, new Schedule.Cosine(1, 0), 0.2, (w, g, state, rate, decay) -> {
            state[0] = 0.6 * state[0] + 0.4 * g;
            state[1] = 0.95 * state[1] + 0.05 * g * g;
            state[2]++;
            double mean = state[0] / (1 - Math.pow(0.6, state[2]));
            double square = state[1] / (1 - Math.pow(0.95, state[2]));
            return w - rate * decay * w - rate * mean / (Math.sqrt(square) + 1e-3);
        });
    }

    @Test
    void settings_outOfRange_areRefused() {
        assertThatThrownBy(() -> new Optimizer.Sgd(0, 0.9, true, 0)).hasMessageContaining("learning rate");
        assertThatThrownBy(() -> new Optimizer.Sgd(Double.NaN, 0.9, true, 0)).hasMessageContaining("learning rate");
        assertThatThrownBy(() -> new Optimizer.Sgd(0.1, 1, true, 0)).hasMessageContaining("momentum in [0, 1)");
        assertThatThrownBy(() -> new Optimizer.Sgd(0.1, 0, true, 0)).hasMessageContaining("Nesterov");
        assertThatThrownBy(() -> Optimizer.adam(0.1, -1)).hasMessageContaining("weight decay");
        assertThatThrownBy(() -> new Optimizer.Adam(0.1, 1, 0.9, 1e-8, 0)).hasMessageContaining("beta1");
        assertThatThrownBy(() -> new Optimizer.Adam(0.1, 0.9, 0.99, 0, 0)).hasMessageContaining("epsilon");
    }

    /** One weight's update; {@code state} keeps three numbers of that weight from step to step. */
    private interface Update {
        double apply(double w, double g, double[] state, double rate, double decay);
    }

    private void requireEqual(int steps, Optimizer optimizer, Schedule schedule, double smoothing, Update update) {
        double[] weight = initial("logits.weight");
        double[] bias = initial("logits.bias");
        double[][] states = new double[weight.length + bias.length][3];
        for (int s = 0; s < steps; s++) {
            double[] g = gradient(weight, bias, smoothing);
            double rate = optimizer.learningRate() * schedule.factor(s, 1, steps);
            for (int i = 0; i < weight.length; i++) {
                weight[i] = update.apply(weight[i], g[i], states[i], rate, optimizer.weightDecay());
            }
            for (int i = 0; i < bias.length; i++) {
                int at = weight.length + i;
                bias[i] = update.apply(bias[i], g[at], states[at], rate, 0);
            }
        }
        TrainingOptions options = TrainingOptions.DEFAULT
                .withOptimizer(optimizer)
                .withSchedule(schedule)
                .withEpochs(steps)
                .withLabelSmoothing(smoothing);
        Graph trained = Trainer.train(graph, inputs(), Y, options).graph();
        assertClose(trained, "logits.weight", weight);
        assertClose(trained, "logits.bias", bias);
    }

    private static void assertClose(Graph trained, String name, double[] expected) {
        Array found = Objects.requireNonNull(trained.initializers().get(name));
        for (int i = 0; i < expected.length; i++) {
            assertThat(found.get(i)).as("%s[%d]", name, i).isCloseTo(expected[i], within(2e-6));
        }
    }

    private double[] initial(String name) {
        return Objects.requireNonNull(graph.initializers().get(name)).toDoubles();
    }

    private static Array inputs() {
        double[] flat = new double[X.length * FEATURES];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = X[i / FEATURES][i % FEATURES];
        }
        return Array.of(flat, X.length, FEATURES);
    }

    /** Of the mean cross-entropy with respect to the weights, then the biases. */
    private static double[] gradient(double[] weight, double[] bias, double smoothing) {
        double[] g = new double[weight.length + bias.length];
        for (int n = 0; n < X.length; n++) {
            double[] p = new double[CLASSES];
            double sum = 0;
            for (int k = 0; k < CLASSES; k++) {
                double z = bias[k];
                for (int j = 0; j < FEATURES; j++) {
                    z += weight[k * FEATURES + j] * X[n][j];
                }
                p[k] = Math.exp(z);
                sum += p[k];
            }
            for (int k = 0; k < CLASSES; k++) {
                double target = (k == Y[n] ? 1 - smoothing : 0) + smoothing / CLASSES;
                double delta = (p[k] / sum - target) / X.length;
                g[weight.length + k] += delta;
                for (int j = 0; j < FEATURES; j++) {
                    g[k * FEATURES + j] += delta * X[n][j];
                }
            }
        }
        return g;
    }
}
