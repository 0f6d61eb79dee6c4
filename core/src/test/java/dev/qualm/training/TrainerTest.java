package dev.qualm.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.ShapeException;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.NetworkBuilder;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import dev.qualm.network.graph.Node;
import dev.qualm.network.graph.ValueInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

class TrainerTest {
    private static final TrainingOptions SHORT =
            TrainingOptions.DEFAULT.withEpochs(3).withBatchSize(8).withSeed(4);

    @Test
    void train_batchNorm_movesRunningStatisticsByTheFormula() {
        Graph graph = NetworkBuilder.input("input", 2, 3, 3)
                .batchNorm("bn")
                .flatten("f")
                .linear("logits", 2)
                .build();
        Array images = noise(11, 6, 2, 3, 3);
        int epochs = 4;
        Graph trained = Trainer.train(graph, images, new int[6], SHORT.withEpochs(epochs))
                .graph();
        double kept = Math.pow(0.9, epochs);
        for (int c = 0; c < 2; c++) {
            double[] statistics = statistics(images, c);
            assertThat(weight(trained, "bn.running_mean").get(c)).isCloseTo((1 - kept) * statistics[0], within(1e-6));
            assertThat(weight(trained, "bn.running_var").get(c))
                    .isCloseTo(kept + (1 - kept) * statistics[1], within(1e-6));
        }
    }

    @Test
    void train_modelOfOneBatchSize_isRefusedByName() {
        Graph free = Architectures.mlp(4, 3, 2, 1);
        List<Node> nodes = new ArrayList<>();
        nodes.add(new Node("rows", "", "Reshape", List.of("input", "one"), List.of("rows"), Attributes.NONE));
        free.nodes()
                .forEach(n -> nodes.add(new Node(
                        n.name(),
                        n.domain(),
                        n.op(),
                        n.inputs().stream()
                                .map(t -> t.equals("input") ? "rows" : t)
                                .toList(),
                        n.outputs(),
                        n.attributes())));
        Map<String, Array> constants = new LinkedHashMap<>(free.initializers());
        constants.put("one", Array.of(new long[] {1, 4}, 2));
        Graph fixed = new Graph(
                "fixed", free.opsets(), List.of(ValueInfo.floats("input", 1, 4)), free.outputs(), nodes, constants);
        assertThatThrownBy(() -> Trainer.train(fixed, noise(1, 8, 4), labels(8, 2), SHORT))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("one size only")
                .hasMessageContaining("dynamic_axes");
    }

    @Test
    void train_sameSeed_givesTheSameBits() {
        Graph graph = Architectures.smallCnn(1, 8, 8, 3, 2);
        Array images = noise(1, 37, 1, 8, 8);
        int[] labels = labels(37, 3);
        TrainingOptions options =
                SHORT.withAugmentation(new Augmentation(1, true)).withLabelSmoothing(0.1);
        Training first = Trainer.train(graph, images, labels, options);
        Training second = Trainer.train(graph, images, labels, options);
        assertThat(second.graph().initializers()).isEqualTo(first.graph().initializers());
        assertThat(second.provenance()).isEqualTo(first.provenance());
        assertThat(second.last().loss()).isEqualTo(first.last().loss());
        Training other = Trainer.train(graph, images, labels, options.withSeed(5));
        assertThat(weight(other.graph(), "logits.weight")).isNotEqualTo(weight(first.graph(), "logits.weight"));
    }

    @Test
    void train_anyNetwork_leavesTheGivenGraphAlone() {
        Graph graph = Architectures.smallCnn(1, 8, 8, 3, 2);
        Map<String, Array> before = graph.initializers();
        Graph trained = Trainer.train(graph, noise(1, 16, 1, 8, 8), labels(16, 3), SHORT)
                .graph();
        assertThat(before).isEqualTo(Architectures.smallCnn(1, 8, 8, 3, 2).initializers());
        assertThat(trained.nodes()).isEqualTo(graph.nodes());
        before.forEach((name, first) -> {
            assertThat(weight(trained, name).toString()).isEqualTo(first.toString());
            assertThat(weight(trained, name)).as(name).isNotEqualTo(first);
        });
    }

    @Test
    void train_softmaxAtTheEnd_learnsFromTheLogitsBefore() {
        Array rows = noise(3, 20, 4);
        NetworkBuilder plain = NetworkBuilder.input("input", 4).seed(3).linear("logits", 3);
        NetworkBuilder ended =
                NetworkBuilder.input("input", 4).seed(3).linear("logits", 3).softmax("p");
        Graph one = Trainer.train(plain.build(), rows, labels(20, 3), SHORT).graph();
        Graph two = Trainer.train(ended.build(), rows, labels(20, 3), SHORT).graph();
        assertThat(two.initializers()).isEqualTo(one.initializers());
    }

    @Test
    void train_dropout_dropsBySeed() {
        Graph graph = withDropout(
                NetworkBuilder.input("input", 4).seed(3).linear("logits", 3).build());
        Array rows = noise(3, 20, 4);
        Array first = weight(Trainer.train(graph, rows, labels(20, 3), SHORT).graph(), "logits.weight");
        Array again = weight(Trainer.train(graph, rows, labels(20, 3), SHORT).graph(), "logits.weight");
        Graph without =
                NetworkBuilder.input("input", 4).seed(3).linear("logits", 3).build();
        Array undropped =
                weight(Trainer.train(without, rows, labels(20, 3), SHORT).graph(), "logits.weight");
        assertThat(again).isEqualTo(first).isNotEqualTo(undropped);
    }

    @Test
    void train_oneLogit_stepsDownTheBinaryCrossEntropy() {
        Graph graph =
                NetworkBuilder.input("input", 3).seed(3).linear("logit", 1).build();
        Array rows = noise(5, 6, 3);
        int[] labels = {0, 1, 1, 0, 1, 1};
        double smoothing = 0.2;
        Training one = Trainer.train(
                graph,
                rows,
                labels,
                SHORT.withEpochs(1)
                        .withOptimizer(new Optimizer.Sgd(0.1, 0, false, 0))
                        .withSchedule(new Schedule.Constant())
                        .withLabelSmoothing(smoothing));
        Array first = weight(graph, "logit.weight");
        double[] expected = first.toDoubles().clone();
        double loss = 0;
        for (int i = 0; i < 6; i++) {
            double z = 0;
            for (int k = 0; k < 3; k++) {
                z += first.get(k) * rows.get(3 * i + k);
            }
            double p = 1 / (1 + Math.exp(-z));
            double y = labels[i] * (1 - smoothing) + smoothing / 2;
            loss -= (y * Math.log(p) + (1 - y) * Math.log(1 - p)) / 6;
            for (int k = 0; k < 3; k++) {
                expected[k] -= 0.1 * (p - y) * rows.get(3 * i + k) / 6;
            }
        }
        assertThat(one.last().loss()).isCloseTo(loss, within(1e-5));
        assertThat(weight(one.graph(), "logit.weight").toDoubles()).containsExactly(expected, within(1e-6));
        assertThatThrownBy(() -> Trainer.train(graph, rows, new int[] {0, 1, 2, 0, 1, 1}, SHORT))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("two classes");
    }

    @Test
    void train_oneLogitAndDropout_learnsWhatIsPlanted() {
        Graph graph = NetworkBuilder.input("input", 2)
                .linear("fc", 8)
                .relu("relu")
                .dropout("dropout", 0.5)
                .linear("logit", 1)
                .build();
        Array rows = noise(5, 200, 2);
        int[] labels = new int[200];
        for (int i = 0; i < 200; i++) {
            labels[i] = rows.get(2 * i) > 1 ? 1 : 0;
        }
        Training training = Trainer.train(graph, rows, labels, SHORT.withEpochs(30));
        assertThat(training.last().accuracy()).isGreaterThan(0.85);
    }

    @Test
    void itemHash_items_differInOneBitOnly() {
        Array items = noise(1, 3, 4);
        List<String> hashes = ItemHash.each(items);
        assertThat(hashes).hasSize(3).doesNotHaveDuplicates();
        assertThat(ItemHash.each(items.asFloat64())).isEqualTo(hashes);
        assertThat(ItemHash.each(items.select(2, 0))).containsExactly(hashes.get(2), hashes.get(0));
        assertThat(ItemHash.each(items.reshape(3, 2, 2))).doesNotContainAnyElementsOf(hashes);
    }

    @Test
    void train_progress_hearsEveryStepAndEpoch() {
        List<String> heard = new ArrayList<>();
        Training training = Trainer.train(
                Architectures.mlp(4, 3, 3, 1), noise(3, 17, 4), labels(17, 3), SHORT.withEpochs(2), new Progress() {
                    @Override
                    public void step(int epoch, int epochs, int step, int steps, double loss) {
                        heard.add(epoch + "/" + epochs + " " + step + "/" + steps);
                        assertThat(loss).isPositive();
                    }

                    @Override
                    public void epoch(Epoch epoch, int epochs) {
                        heard.add("epoch " + epoch.number());
                    }
                });
        assertThat(heard).containsExactly("1/2 1/2", "1/2 2/2", "epoch 1", "2/2 1/2", "2/2 2/2", "epoch 2");
        assertThat(training.history()).hasSize(2);
        assertThat(training.last().toString()).startsWith("epoch 2: loss ");
        assertThat(training.provenance().entries())
                .containsEntry("method", "training")
                .containsEntry("seed", "4")
                .containsKey("start")
                .containsKey("data");
    }

    @Test
    void train_manySteps_holdsNoMoreNativeObjects() {
        List<Long> counts = new ArrayList<>();
        Trainer.train(
                Architectures.smallCnn(1, 8, 8, 3, 2),
                noise(1, 64, 1, 8, 8),
                labels(64, 3),
                SHORT.withEpochs(10),
                (epoch, epochs, step, steps, loss) -> counts.add(Pointer.totalCount()));
        assertThat(counts).hasSize(80);
        assertThat(counts.get(79)).isLessThanOrEqualTo(counts.get(9));
    }

    @Test
    void train_tooLargeARate_namesEpochStepAndCure() {
        Graph graph = Architectures.mlp(4, 8, 3, 1);
        TrainingOptions wild = SHORT.withOptimizer(Optimizer.sgd(1e30, 0)).withSchedule(new Schedule.Constant());
        assertThatThrownBy(() -> Trainer.train(graph, noise(3, 24, 4), labels(24, 3), wild))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("epoch 1 of 3, step 2 of 3")
                .hasMessageContaining("Lower the learning rate");
    }

    @Test
    void train_divergingAtTheLastStep_isFoundInTheWeights() {
        Graph graph = Architectures.mlp(4, 8, 3, 1);
        TrainingOptions wild = SHORT.withOptimizer(new Optimizer.Sgd(1e38, 0, false, 1e38))
                .withSchedule(new Schedule.Constant())
                .withEpochs(1);
        assertThatThrownBy(() -> Trainer.train(graph, noise(3, 8, 4), labels(8, 3), wild))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("fc1.weight");
    }

    @Test
    void train_unfitItems_areRefused() {
        Graph graph = Architectures.mlp(4, 8, 3, 1);
        Array rows = noise(3, 6, 4);
        assertThatThrownBy(() -> Trainer.train(graph, rows, new int[5], SHORT))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("5 labels");
        assertThatThrownBy(() -> Trainer.train(graph, rows, new int[] {0, 1, 2, 3, 0, 0}, SHORT))
                .hasMessageContaining("labels from 0 to 2")
                .hasMessageContaining("item 3 has 3");
        assertThatThrownBy(() -> Trainer.train(graph, rows, new int[] {0, 1, 2, 0, -1, 0}, SHORT))
                .hasMessageContaining("item 4 has -1");
        assertThatThrownBy(() -> Trainer.train(graph, noise(3, 6, 5), new int[6], SHORT))
                .isInstanceOf(ShapeException.class);
        float[] broken = rows.toFloats().clone();
        broken[9] = Float.NaN;
        assertThatThrownBy(() -> Trainer.train(graph, Array.of(broken, 6, 4), new int[6], SHORT))
                .hasMessageContaining("item 2 holds NaN");
        assertThatThrownBy(() -> Trainer.train(graph, Array.of(new float[0], 0, 4), new int[0], SHORT))
                .isInstanceOf(ShapeException.class);
    }

    @Test
    void train_unfitNetworks_areRefused() {
        Graph still = NetworkBuilder.input("input", 4).relu("logits").build();
        assertThatThrownBy(() -> Trainer.train(still, noise(3, 6, 4), new int[6], SHORT))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("no layer with weights");
        Graph normed = Architectures.smallCnn(1, 8, 8, 3, 2);
        assertThatThrownBy(() -> Trainer.train(normed, noise(3, 6, 1, 8, 8), new int[6], SHORT.withBatchSize(1)))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("BatchNormalization");
    }

    /** Mean and unbiased variance of one channel. */
    private static double[] statistics(Array images, int channel) {
        int plane = images.dim(2) * images.dim(3);
        int count = images.dim(0) * plane;
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < images.size(); i++) {
            if (i / plane % images.dim(1) == channel) {
                sum += images.get(i);
                squares += images.get(i) * images.get(i);
            }
        }
        double mean = sum / count;
        return new double[] {mean, (squares - count * mean * mean) / (count - 1)};
    }

    private static Graph withDropout(Graph graph) {
        List<Node> nodes = new ArrayList<>();
        nodes.add(Node.of("dropped", "Dropout", List.of("input", "ratio", "training"), Attributes.NONE));
        for (Node n : graph.nodes()) {
            nodes.add(n.withInputs(n.inputs().stream()
                    .map(i -> i.equals("input") ? "dropped" : i)
                    .toList()));
        }
        Map<String, Array> constants = new LinkedHashMap<>(graph.initializers());
        constants.put("ratio", Array.of(new float[] {0.5f}));
        constants.put("training", Array.of(new boolean[] {true}));
        return new Graph(graph.name(), graph.opsets(), graph.inputs(), graph.outputs(), nodes, constants);
    }

    private static Array weight(Graph graph, String name) {
        return Objects.requireNonNull(graph.initializers().get(name), name);
    }

    private static Array noise(long seed, int... shape) {
        Random random = new Random(seed);
        float[] values = new float[Array.size(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (1 + 2 * random.nextGaussian());
        }
        return Array.of(values, shape);
    }

    private static int[] labels(int n, int classes) {
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            labels[i] = i % classes;
        }
        return labels;
    }
}
