package dev.qualm.benchmarks;

import dev.qualm.array.Array;
import dev.qualm.attack.Ball;
import dev.qualm.attack.Box;
import dev.qualm.attack.Budget;
import dev.qualm.attack.Pgd;
import dev.qualm.benchmarks.hardening.PaperModels;
import dev.qualm.network.Network;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import dev.qualm.training.LayerPenalty;
import dev.qualm.training.Method;
import dev.qualm.training.Methods;
import dev.qualm.training.Objective;
import dev.qualm.training.Optimizer;
import dev.qualm.training.Schedule;
import dev.qualm.training.Trainer;
import dev.qualm.training.TrainingOptions;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * What steps of attacks and of adversarial training cost beside forward passes. Arguments as for {@link RatioTable}.
 *
 * <p>A step of PGD is a forward pass and a gradient by the input. One of training on PGD with k steps has the floor
 * {@code 2 k + 3} forward passes: attacks need no gradients by weights, the update needs both.
 */
public final class HardeningRatios {
    private static final int ATTACK_STEPS = 10;
    private static final int TRAINING_STEPS = 10;
    private static final Box BOX = Box.of(0, 1);
    private static final Budget BUDGET = new Budget(Ball.LINF, 0.1);

    private HardeningRatios() {}

    public static void main(String[] arguments) {
        RatioTable table = RatioTable.begin(arguments);
        rows(table, "model B", PaperModels.b(1), pixels(64, 1, 28), "relu0");
        ShippedImages shipped = ShippedImages.load();
        rows(table, "demo CNN", Network.read(shipped.model()), pixels(64, 1, 28), "relu1");
        rows(table, "ResNet-20", ResNet20.graph(1), pixels(64, 3, 32), "relu0");
    }

    private static void rows(RatioTable table, String name, Graph graph, Array batch, String early) {
        int[] labels = IntStream.range(0, batch.dim(0)).map(i -> i % 8).toArray();
        try (Network network = Network.of(graph, Precision.FLOAT32)) {
            Pgd pgd = Pgd.linf(0.1, 0.02, ATTACK_STEPS, BOX).withRandomStart(1).withKeep(Pgd.Keep.LAST);
            table.row(
                    "PGD step, " + name,
                    2.3,
                    table.contest()
                            .add("Qualm", () -> pgd.perturb(network, batch, labels))
                            .add(ATTACK_STEPS + " forwards", () -> forwards(network, batch, ATTACK_STEPS)));
            Method method = Methods.of("pgd", BUDGET, ATTACK_STEPS, 0, BOX, 1);
            int floor = TRAINING_STEPS * (2 * ATTACK_STEPS + 3);
            table.row(
                    "AT-PGD-10 step, " + name,
                    1.15,
                    table.contest()
                            .add("Qualm", () -> train(graph, batch, labels, Objective.of(method)))
                            .add(floor + " forwards", () -> forwards(network, batch, floor)));
            int plain = 3 * TRAINING_STEPS;
            table.row(
                    "standard step, " + name,
                    Double.NaN,
                    table.contest()
                            .add("Qualm", () -> train(graph, batch, labels, Objective.STANDARD))
                            .add(plain + " forwards", () -> forwards(network, batch, plain)));
            for (String kind : List.of("fgsm", "pgd")) {
                Objective base = Objective.of(Methods.of(kind, BUDGET, ATTACK_STEPS, 0, BOX, 1));
                Objective penalised = base.withLayers(LayerPenalty.of(0.5, List.of(early)));
                table.row(
                        "AT-" + kind.toUpperCase(java.util.Locale.ROOT) + " with penalty on " + early + ", " + name,
                        1.15,
                        table.contest()
                                .add("Qualm", () -> train(graph, batch, labels, penalised))
                                .add("without", () -> train(graph, batch, labels, base)));
            }
        }
    }

    private static void forwards(Network network, Array batch, int count) {
        for (int i = 0; i < count; i++) {
            network.logits(batch);
        }
    }

    private static void train(Graph graph, Array batch, int[] labels, Objective objective) {
        TrainingOptions options = TrainingOptions.DEFAULT
                .withOptimizer(Optimizer.sgd(1e-4, 0))
                .withSchedule(new Schedule.Constant())
                .withEpochs(TRAINING_STEPS)
                .withBatchSize(batch.dim(0))
                .withObjective(objective);
        Trainer.train(graph, batch, labels, options);
    }

    private static Array pixels(int n, int channels, int side) {
        Random random = new Random(1);
        float[] pixels = new float[n * channels * side * side];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = random.nextFloat();
        }
        return Array.of(pixels, n, channels, side, side);
    }
}
