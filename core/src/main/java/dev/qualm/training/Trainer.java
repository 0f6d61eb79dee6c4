package dev.qualm.training;

import dev.qualm.Provenance;
import dev.qualm.ShapeException;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.data.OutputKind;
import dev.qualm.network.Network;
import dev.qualm.network.Structure;
import dev.qualm.network.Views;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.onnx.ModelHash;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Trains a classifier by minimising the cross-entropy of its logits. A network of one logit decides between two classes:
 * the sigmoid of the logit is the probability of class 1, and the loss is the binary cross-entropy.
 *
 * <p>Learnt are the weights of {@link Structure#layers()}; BatchNormalization uses the batch's statistics and moves its
 * running ones; Dropout drops where the file allows training. Weights that reach a layer through other nodes (a
 * Transpose, a Cast) are constants. The same graph, items and options give the same bits on one machine; dropout draws
 * from the engine's one generator, so with it that holds only while nothing else in the process draws.
 *
 * <p>Batches cover all items in each epoch, in a new order; the last one is smaller, but an item that would be alone
 * joins the batch before it. Memory does not grow with the number of steps.
 */
public final class Trainer {
    private Trainer() {}

    /** As {@link #train(Graph, Array, int[], TrainingOptions, Progress)}, silently. */
    public static Training train(Graph graph, Array inputs, int[] labels, TrainingOptions options) {
        return train(graph, inputs, labels, options, Progress.NONE);
    }

    /** As {@link #train(Graph, Array, int[], TrainingOptions, Progress, Checkpoints)}, without checkpoints. */
    public static Training train(Graph graph, Array inputs, int[] labels, TrainingOptions options, Progress progress) {
        return train(graph, inputs, labels, options, progress, null);
    }

    /**
     * Trains a graph from its present weights on; the graph itself stays as it is.
     *
     * @param graph a classifier of one input, with logits, or with the Softmax that makes probabilities of them
     * @param inputs {@code [n, ...]}, as the network takes them: scaled and standardised
     * @param labels class numbers from 0, {@code [n]}
     * @param checkpoints where to keep the state; null for nowhere
     * @throws TrainingException if the items do not fit the network, the loss stops being finite, or the checkpoint is of another
     *     training
     */
    public static Training train(
            Graph graph,
            Array inputs,
            int[] labels,
            TrainingOptions options,
            Progress progress,
            @Nullable Checkpoints checkpoints) {
        try (Network network = Network.of(graph, Precision.FLOAT32)) {
            return train(network, inputs, labels, options, progress, checkpoints);
        }
    }

    /**
     * As {@link #train(Graph, Array, int[], TrainingOptions, Progress, Checkpoints)} for a network whose output was named, rather than
     * found in the graph. The network stays as it is.
     *
     * @param network in float32
     */
    public static Training train(
            Network network,
            Array inputs,
            int[] labels,
            TrainingOptions options,
            Progress progress,
            @Nullable Checkpoints checkpoints) {
        requireItems(inputs, labels);
        if (network.precision() != Precision.FLOAT32) {
            throw new TrainingException("Expected a network in float32, but found " + network);
        }
        Graph graph = network.graph();
        try (NativeScope scope = NativeScope.values()) {
            WeightRoles roles = requireTrainable(network, options, labels.length);
            Array items = network.input().type().isFloating() ? inputs.asFloat32() : inputs;
            requireAnyBatch(network, items);
            int classes = requireLabels(network, items, labels);
            Provenance made = provenance(graph, items, labels, classes, options);
            Learner learner = new Learner(network, roles, options);
            boolean drawing = graph.nodes().stream().anyMatch(Trainer::draws);
            TrainingRun run = new TrainingRun(learner, items, labels, options, drawing);
            run.run(progress, checkpoints, "sha256:" + ModelHash.of(graph), made);
            return new Training(graph.withInitializers(run.weights()), run.history(), run.chosen(), made);
        }
    }

    private static void requireItems(Array inputs, int[] labels) {
        if (inputs.rank() == 0 || inputs.dim(0) != labels.length || labels.length == 0) {
            throw new ShapeException("Expected one label for each of one or more items, but found " + labels.length
                    + " labels for " + inputs);
        }
        if (inputs.dtype().isFloating()) {
            for (int i = 0; i < inputs.size(); i++) {
                if (!Double.isFinite(inputs.get(i))) {
                    throw new TrainingException(
                            "Expected finite inputs, but item " + i / (inputs.size() / labels.length) + " holds "
                                    + inputs.get(i) + "; leave it out or repair it");
                }
            }
        }
    }

    private static WeightRoles requireTrainable(Network network, TrainingOptions options, int items) {
        Structure structure = network.structure();
        if (structure.kind() == OutputKind.PROBABILITIES && !structure.trueLogits()) {
            throw new UnsupportedModelException("Output '" + structure.output()
                    + "' holds probabilities that come from no Softmax; training needs logits");
        }
        WeightRoles roles = WeightRoles.of(network.graph(), structure);
        if (roles.decayed().isEmpty() && roles.plain().isEmpty()) {
            throw new UnsupportedModelException("The network has no layer with weights to learn: " + network);
        }
        if (!roles.statistics().isEmpty() && (options.batchSize() < 2 || items < 2)) {
            throw new TrainingException(
                    "BatchNormalization learns the statistics of batches: expected a batch size of at"
                            + " least 2 and at least 2 items, but found batch size " + options.batchSize() + " and "
                            + items
                            + " items");
        }
        if (options.objective().curvature() != null && Views.isSmoothable(network.graph())) {
            throw new TrainingException(
                    "A penalty on curvature needs a network without corners, but found Relu or Clip,"
                            + " whose second derivative is zero: replace them first, with Views.softplus(beta) or --softplus BETA");
        }
        return roles;
    }

    private static void requireAnyBatch(Network network, Array items) {
        if (items.dim(0) > 1 && network.isSampleBySample(Map.of(network.input().name(), items.slice(0, 2)))) {
            throw new UnsupportedModelException("The model computes batches of one size only, " + network.input()
                    + ", and cannot be trained: export it with a first axis that may vary (dynamic_axes in PyTorch)");
        }
    }

    /** The number of classes, from the logits of one item; one logit tells two apart. */
    private static int requireLabels(Network network, Array items, int[] labels) {
        int logits = network.logits(items.slice(0, 1)).dim(1);
        int classes = Math.max(2, logits);
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0 || labels[i] >= classes) {
                throw new TrainingException(
                        "Expected labels from 0 to " + (classes - 1) + ", one for each of the network's "
                                + (logits == 1 ? "two classes" : classes + " logits") + ", but item " + i + " has "
                                + labels[i]);
            }
        }
        return classes;
    }

    private static boolean draws(Node node) {
        return node.op().equals("Dropout")
                || node.op().startsWith("Random")
                || node.op().equals("Bernoulli");
    }

    private static Provenance provenance(Graph graph, Array items, int[] labels, int classes, TrainingOptions options) {
        return Provenance.of("training")
                .with("start", "sha256:" + ModelHash.of(graph))
                .with("items", items)
                .with("classes", classes)
                .with("data", "sha256:" + ItemHash.of(items, labels))
                .with("trainingMethod", options.objective().method())
                .with("layerPenalty", none(options.objective().layers()))
                .with("curvaturePenalty", none(options.objective().curvature()))
                .with("earlyStopping", none(options.earlyStopping()))
                .with("optimizer", options.optimizer())
                .with("schedule", options.schedule())
                .with("epochs", options.epochs())
                .with("batchSize", options.batchSize())
                .with("seed", options.seed())
                .with("labelSmoothing", options.labelSmoothing())
                .with("augmentation", options.augmentation());
    }

    private static Object none(@Nullable Object setting) {
        return setting == null ? "none" : setting;
    }
}
