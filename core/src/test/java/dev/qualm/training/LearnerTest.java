package dev.qualm.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.array.Array;
import dev.qualm.attack.Ball;
import dev.qualm.attack.Box;
import dev.qualm.attack.Budget;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.Sweep;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One step of each objective against central differences of the objective written out in doubles. */
class LearnerTest {
    private static final int N = 5;
    private static final int CLASSES = 3;
    private static final long SEED = 77;
    private static final Box BOX = Box.of(-3, 3);
    private static final Budget BUDGET = new Budget(Ball.LINF, 0.3);
    private static final int[] LABELS = {0, 2, 1, 1, 0};

    private final Graph graph = NetworkBuilder.input("input", 2, 4, 4)
            .seed(3)
            .conv("conv", 3, 3, 1, 1)
            .unary("act1", "Softplus", Attributes.NONE)
            .flatten("flat")
            .linear("fc", 6)
            .unary("act2", "Tanh", Attributes.NONE)
            .linear("logits", CLASSES)
            .build();
    private final Array batch = batch();

    private static Array batch() {
        Random random = new Random(9);
        float[] x = new float[N * 2 * 4 * 4];
        for (int j = 0; j < x.length; j++) {
            x[j] = (float) (0.8 * random.nextGaussian());
        }
        return Array.of(x, N, 2, 4, 4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"standard", "fgsm", "fast", "pgd", "apgd"})
    void step_crossEntropyOfAttackedItems_hasItsGradient(String name) {
        Method method = Methods.of(name, BUDGET, 3, 0, BOX, 1);
        Array seen = attacked(method);
        requireGradient(Objective.of(method), net -> crossEntropy(net.logits(seen)));
        if (!name.equals("standard")) {
            assertThat(seen).isNotEqualTo(batch);
        }
    }

    @Test
    void step_trades_hasTheGradientOfBothTerms() {
        Method method = Methods.of("trades", BUDGET, 4, 2.5, BOX, 1);
        Array seen = attacked(method);
        requireGradient(
                Objective.of(method),
                net -> crossEntropy(net.logits(batch)) + 2.5 * divergence(net.logits(batch), net.logits(seen)));
    }

    @ParameterizedTest
    @EnumSource(LayerPenalty.Over.class)
    void step_layerPenalty_pullsBothBranches(LayerPenalty.Over over) {
        Method method = Methods.of("pgd", BUDGET, 3, 0, BOX, 1);
        Array seen = attacked(method);
        Map<String, Double> gammas = new LinkedHashMap<>();
        gammas.put("act1", 0.7);
        gammas.put("fc", 1.3);
        Objective objective = Objective.of(method).withLayers(new LayerPenalty(gammas, false, over));
        requireGradient(
                objective,
                net -> crossEntropy(net.logits(seen))
                        + 0.7 * relativeError(tap(net, batch, "act1"), tap(net, seen, "act1"), over)
                        + 1.3 * relativeError(tap(net, batch, "fc"), tap(net, seen, "fc"), over));
    }

    @Test
    void step_detachedLayerPenalty_leavesTheCleanBranchAlone() {
        for (String name : List.of("fgsm", "trades")) {
            Method method = Methods.of(name, BUDGET, 3, 2, BOX, 1);
            Array seen = attacked(method);
            Array clean;
            try (Network net = Network.of(graph, Precision.FLOAT64)) {
                clean = tap(net, batch, "act2");
            }
            LayerPenalty penalty = LayerPenalty.of(0.9, List.of("act2")).withDetached(true);
            requireGradient(Objective.of(method).withLayers(penalty), net -> {
                double loss = name.equals("fgsm")
                        ? crossEntropy(net.logits(seen))
                        : crossEntropy(net.logits(batch)) + 2 * divergence(net.logits(batch), net.logits(seen));
                return loss + 0.9 * relativeError(clean, tap(net, seen, "act2"), LayerPenalty.Over.ITEMS);
            });
        }
    }

    @Test
    void step_curvaturePenalty_hasTheGradientOfTheSquaredHessianProduct() {
        Random random = new Random(SEED + 1);
        double[] v = new double[batch.size()];
        for (int j = 0; j < v.length; j++) {
            v[j] = (float) random.nextGaussian();
        }
        Objective objective = Objective.STANDARD.withCurvature(new CurvaturePenalty(0.6));
        requireGradient(objective, net -> crossEntropy(net.logits(batch)) + 0.6 * hessian(net, v));
    }

    @Test
    void step_itemWithoutARepresentation_countsAsZero() {
        Map<String, Array> dead = new HashMap<>();
        dead.put("conv.weight", Array.of(new float[3 * 2 * 9], 3, 2, 3, 3));
        dead.put("conv.bias", Array.of(new float[3], 3));
        Graph silent = graph.withInitializers(dead);
        Method method = Methods.of("pgd", BUDGET, 2, 0, BOX, 1);
        LayerPenalty penalty = LayerPenalty.of(1, List.of("act1"));
        Training training = Trainer.train(
                silent,
                batch,
                LABELS,
                TrainingOptions.DEFAULT
                        .withEpochs(1)
                        .withObjective(Objective.of(method).withLayers(penalty)));
        assertThat(training.last().terms()).containsEntry("act1", 0.0);
        assertThat(training.last().loss()).isFinite();
    }

    private Array attacked(Method method) {
        try (Network net = Network.of(graph, Precision.FLOAT32)) {
            if (method instanceof Method.Adversarial a) {
                return a.attack().withSeed(SEED).perturb(net, batch, LABELS);
            }
            return method instanceof Method.Trades t ? t.attack().withSeed(SEED).perturb(net, batch) : batch;
        }
    }

    private void requireGradient(Objective objective, ToDoubleFunction<Network> loss) {
        Map<String, Array> moved;
        double found;
        TrainingOptions options = TrainingOptions.DEFAULT
                .withOptimizer(new Optimizer.Sgd(1, 0, false, 0))
                .withObjective(objective);
        try (Network network = Network.of(graph, Precision.FLOAT32);
                NativeScope scope = NativeScope.values()) {
            Learner learner = new Learner(network, WeightRoles.of(graph, network.structure()), options);
            found = learner.step(batch, LABELS, 1, SEED).loss();
            moved = learner.weights().arrays();
        }
        assertThat(found).isCloseTo(at(Map.of(), loss), within(1e-4));
        Random random = new Random(4);
        for (Map.Entry<String, Array> after : moved.entrySet()) {
            Array before = Objects.requireNonNull(graph.initializers().get(after.getKey()));
            for (int probe = 0; probe < 3; probe++) {
                int j = random.nextInt(before.size());
                double h = 1e-4;
                double slope = (at(shifted(after.getKey(), before, j, h), loss)
                                - at(shifted(after.getKey(), before, j, -h), loss))
                        / (2 * h);
                assertThat(before.get(j) - after.getValue().get(j))
                        .as("gradient of %s[%d]", after.getKey(), j)
                        .isCloseTo(slope, within(2e-4 * Math.max(1, Math.abs(slope))));
            }
        }
    }

    private static Map<String, Array> shifted(String name, Array weight, int j, double by) {
        double[] values = weight.toDoubles().clone();
        values[j] += by;
        return Map.of(name, Array.of(values, weight.shape()));
    }

    private double at(Map<String, Array> weights, ToDoubleFunction<Network> loss) {
        try (Network net = Network.of(graph.withInitializers(weights), Precision.FLOAT64)) {
            return loss.applyAsDouble(net);
        }
    }

    private static Array tap(Network net, Array items, String tensor) {
        return Objects.requireNonNull(net.run(items, List.of(tensor)).get(tensor));
    }

    private static double[][] logProbabilities(Array logits) {
        double[][] out = new double[N][CLASSES];
        for (int i = 0; i < N; i++) {
            double sum = 0;
            for (int k = 0; k < CLASSES; k++) {
                sum += Math.exp(logits.get(i * CLASSES + k));
            }
            for (int k = 0; k < CLASSES; k++) {
                out[i][k] = logits.get(i * CLASSES + k) - Math.log(sum);
            }
        }
        return out;
    }

    private static double crossEntropy(Array logits) {
        double[][] log = logProbabilities(logits);
        double sum = 0;
        for (int i = 0; i < N; i++) {
            sum -= log[i][LABELS[i]];
        }
        return sum / N;
    }

    private static double divergence(Array clean, Array attacked) {
        double[][] p = logProbabilities(clean);
        double[][] q = logProbabilities(attacked);
        double sum = 0;
        for (int i = 0; i < N; i++) {
            for (int k = 0; k < CLASSES; k++) {
                sum += Math.exp(p[i][k]) * (p[i][k] - q[i][k]);
            }
        }
        return sum / N;
    }

    private static double relativeError(Array clean, Array attacked, LayerPenalty.Over over) {
        int rows = over == LayerPenalty.Over.ITEMS ? N : 1;
        int width = clean.size() / rows;
        double sum = 0;
        for (int i = 0; i < rows; i++) {
            double moved = 0;
            double size = 0;
            for (int j = i * width; j < (i + 1) * width; j++) {
                moved += Math.pow(clean.get(j) - attacked.get(j), 2);
                size += Math.pow(clean.get(j), 2);
            }
            sum += Math.sqrt(moved / size);
        }
        return sum / rows;
    }

    private double hessian(Network net, double[] v) {
        double h = 1e-4;
        double[] up = labelGradient(net, v, h);
        double[] down = labelGradient(net, v, -h);
        double sum = 0;
        for (int j = 0; j < up.length; j++) {
            sum += Math.pow((up[j] - down[j]) / (2 * h), 2);
        }
        return sum / N;
    }

    private double[] labelGradient(Network net, double[] v, double h) {
        double[] x = batch.toDoubles().clone();
        for (int j = 0; j < x.length; j++) {
            x[j] += h * v[j];
        }
        double[] chosen = new double[N * CLASSES];
        for (int i = 0; i < N; i++) {
            chosen[i * CLASSES + LABELS[i]] = 1;
        }
        try (Sweep sweep = Sweep.of(net, Array.of(x, batch.shape()))) {
            return sweep.gradient(Array.of(chosen, N, CLASSES)).toDoubles();
        }
    }
}
