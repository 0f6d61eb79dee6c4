package dev.qualm.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.attack.Ball;
import dev.qualm.attack.Box;
import dev.qualm.attack.Budget;
import dev.qualm.attack.Pgd;
import dev.qualm.network.Network;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.Views;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way of training by name, on a problem whose robust answer is known. */
class MethodsTest {
    private static final Box BOX = Box.of(-5, 5);
    private static final double EPSILON = 0.5;
    private static final Graph GRAPH = Architectures.mlp(12, 16, 2, 3);
    private static final int N = 400;
    private static final TrainingOptions OPTIONS = TrainingOptions.DEFAULT
            .withOptimizer(Optimizer.adam(0.01, 0.001))
            .withBatchSize(20)
            .withEpochs(15);

    static List<String> attacking() {
        return Methods.names().stream().filter(n -> !n.equals("standard")).toList();
    }

    /**
     * The first column tells the class across a wide gap; each of the others tells it a little better than chance, within the
     * reach of the attack. Whoever listens to all of them is right more often, until he is attacked.
     */
    private static Array items(int[] labels, long seed) {
        Random random = new Random(seed);
        float[] x = new float[N * 12];
        for (int i = 0; i < N; i++) {
            labels[i] = random.nextInt(2);
            int side = 2 * labels[i] - 1;
            x[i * 12] = random.nextDouble() < 0.9 ? side : -side;
            for (int j = 1; j < 12; j++) {
                x[i * 12 + j] = (float) (0.3 * side + 0.4 * random.nextGaussian());
            }
        }
        return Array.of(x, N, 12);
    }

    private static double robust(Graph graph) {
        int[] labels = new int[N];
        Array items = items(labels, 2);
        try (Network net = Network.of(graph, Precision.FLOAT32)) {
            Pgd pgd = Pgd.linf(EPSILON, EPSILON / 5, 20, BOX).withRestarts(3, 9);
            return 1 - pgd.attack(net, items, labels).successRate();
        }
    }

    private static Graph trained(Objective objective) {
        int[] labels = new int[N];
        Array items = items(labels, 1);
        TrainingOptions options = OPTIONS.withObjective(objective);
        return Trainer.train(GRAPH, items, labels, options).graph();
    }

    @ParameterizedTest
    @MethodSource("attacking")
    void train_attackedItems_resistsWhereStandardTrainingDoesNot(String name) {
        Objective objective = Objective.of(Methods.of(name, new Budget(Ball.LINF, EPSILON), 5, 6, BOX, 1));
        double standard = robust(trained(Objective.STANDARD));
        assertThat(standard).isLessThan(0.5);
        assertThat(robust(trained(objective))).as(name).isGreaterThan(standard + 0.25);
        assertThat(robust(trained(objective.withLayers(LayerPenalty.of(0.5, List.of("relu1"))))))
                .as("%s with a layer penalty", name)
                .isGreaterThan(standard + 0.25);
    }

    @ParameterizedTest
    @MethodSource("attacking")
    void of_everyNorm_runs(String name) {
        for (Ball ball : name.equals("apgd") ? List.of(Ball.LINF, Ball.L2) : List.of(Ball.values())) {
            Method method = Methods.of(name, new Budget(ball, 0.5), 2, 6, BOX, 1);
            int[] labels = new int[N];
            Array items = items(labels, 1);
            TrainingOptions options = TrainingOptions.DEFAULT.withEpochs(1).withObjective(Objective.of(method));
            assertThat(Trainer.train(GRAPH, items, labels, options).last().loss())
                    .isFinite();
            assertThat(Methods.describe(name)).isNotBlank();
        }
    }

    @Test
    void train_layerPenalty_movesTheLayerLess() {
        int[] labels = new int[N];
        Array items = items(labels, 1);
        Method pgd = Methods.of("pgd", new Budget(Ball.LINF, EPSILON), 5, 0, BOX, 1);
        TrainingOptions options = OPTIONS;
        double without = Trainer.train(GRAPH, items, labels, penalty(options, pgd, 0))
                .last()
                .terms()
                .get("relu1");
        double with = Trainer.train(GRAPH, items, labels, penalty(options, pgd, 3))
                .last()
                .terms()
                .get("relu1");
        assertThat(with).isLessThan(0.7 * without);
    }

    private static TrainingOptions penalty(TrainingOptions options, Method method, double gamma) {
        return options.withObjective(Objective.of(method).withLayers(LayerPenalty.of(gamma, List.of("relu1"))));
    }

    @Test
    void train_curvaturePenalty_flattens() {
        int[] labels = new int[N];
        Array items = items(labels, 1);
        Graph smooth = Views.softplus(5).apply(GRAPH);
        TrainingOptions options = OPTIONS;
        double weak = curvature(smooth, items, labels, options, 1e-9);
        double strong = curvature(smooth, items, labels, options, 0.1);
        assertThat(strong).isLessThan(weak / 3);
        assertThatThrownBy(() -> curvature(GRAPH, items, labels, options, 0.1))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("softplus");
    }

    private static double curvature(Graph graph, Array items, int[] labels, TrainingOptions options, double lambda) {
        Objective objective = Objective.STANDARD.withCurvature(new CurvaturePenalty(lambda));
        return Trainer.train(graph, items, labels, options.withObjective(objective))
                .last()
                .terms()
                .get("curvature");
    }

    @Test
    void settings_thatMakeNoSense_areRefused() {
        assertThatThrownBy(() -> Methods.of("magic", new Budget(Ball.LINF, 1), 1, 1, BOX, 1))
                .isInstanceOf(QualmException.class)
                .hasMessageContaining("trades");
        LayerPenalty penalty = LayerPenalty.of(1, List.of("relu1"));
        assertThatThrownBy(() -> Objective.STANDARD.withLayers(penalty)).hasMessageContaining("a method that attacks");
        assertThatThrownBy(() -> LayerPenalty.of(-1, List.of("relu1"))).hasMessageContaining("gamma");
        assertThatThrownBy(() -> LayerPenalty.of(1, List.of())).hasMessageContaining("at least one");
        assertThatThrownBy(() -> new CurvaturePenalty(0)).hasMessageContaining("lambda");
        assertThatThrownBy(() -> new EarlyStopping(1, 1)).hasMessageContaining("share");
        assertThatThrownBy(() -> new EarlyStopping(0.5, 0)).hasMessageContaining("patience");
        int[] labels = new int[N];
        Array items = items(labels, 1);
        Method fgsm = Methods.of("fgsm", new Budget(Ball.LINF, 0.5), 1, 0, BOX, 1);
        TrainingOptions unknown = TrainingOptions.DEFAULT.withObjective(
                Objective.of(fgsm).withLayers(LayerPenalty.of(1, List.of("nowhere"))));
        assertThatThrownBy(() -> Trainer.train(GRAPH, items, labels, unknown))
                .hasMessageContaining("nowhere")
                .hasMessageContaining("relu1");
        assertThatThrownBy(() -> Trainer.train(
                        NetworkBuilder.input("input", 12).linear("logits", 1).build(),
                        items,
                        labels,
                        TrainingOptions.DEFAULT.withObjective(Objective.of(fgsm))))
                .hasMessageContaining("at least 2 classes");
    }
}
