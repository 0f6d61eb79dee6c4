package dev.qualm.gradient;

import static dev.qualm.gradient.MetricAssertions.assertClose;
import static dev.qualm.gradient.MetricAssertions.slow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.Network;
import dev.qualm.network.Recording;
import dev.qualm.network.Tape;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Graph;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** Whose gradients count. */
class GradientTargetsTest {
    private static final List<Metric> METRICS = MetricAssertions.METRICS;
    private static final GradientMetrics DEFAULTS = MetricAssertions.DEFAULTS;

    private static final String[] WEIGHTS = MetricAssertions.WEIGHTS;

    @Test
    void of_targets_areUnionsInGraphOrder() {
        Array x = Nets.inputs(3, 2, 3, 8, 8);
        Loss loss = Loss.klToUniform();
        try (Network net = Nets.of(Nets.image(4))) {
            Targets targets = Targets.several(
                    Targets.wholeNetwork(),
                    Targets.layers("logits", "conv1"),
                    Targets.parameters("logits.bias", "conv2.weight", "logits.bias"),
                    Targets.perLayer());
            GradientMetrics.Result result =
                    DEFAULTS.withLoss(loss).withTargets(targets).of(net, x);
            int width = METRICS.size() + 1;
            String[][] groups = {
                WEIGHTS,
                {"conv1.weight", "conv1.bias", "logits.weight", "logits.bias"},
                {"conv2.weight", "logits.bias"},
                {"conv1.weight", "conv1.bias"},
                {"conv2.weight", "conv2.bias"},
                {"logits.weight", "logits.bias"}
            };
            assertThat(result.columns()).hasSize(width * groups.length);
            assertThat(result.columns())
                    .startsWith("network.max", "network.min", "network.mean", "network.std", "network.norm_0.5")
                    .contains("logits+conv1.norm_2", "conv2.norm_inf", "logits.max");
            for (int i = 0; i < 2; i++) {
                for (int g = 0; g < groups.length; g++) {
                    double[] columns = Arrays.copyOfRange(result.values()[i], g * width, (g + 1) * width);
                    assertClose(columns, slow(net, x, i, loss, v -> v, groups[g]), 1e-9);
                }
            }
            assertThat(DEFAULTS.withTargets(targets).columns(net)).isEqualTo(result.columns());
        }
    }

    @Test
    void of_modulePrefix_takesAllItsLayers() {
        Graph g = new GraphOf(1)
                .floats("x", -1, 4)
                .weight("block.0.weight", 4, 4)
                .weight("block.1.weight", 4, 4)
                .node("/block/0/MatMul", "MatMul", "x", "block.0.weight")
                .node("act", "Tanh", "/block/0/MatMul")
                .node("/block/1/MatMul", "MatMul", "act", "block.1.weight")
                .logits("/block/1/MatMul", 4)
                .build();
        try (Network net = Nets.of(g)) {
            Array x = Nets.inputs(4, 2, 4);
            double[][] module =
                    DEFAULTS.withTargets(Targets.layers("block")).of(net, x).values();
            double[][] both = DEFAULTS.withTargets(Targets.parameters("block.0.weight", "block.1.weight"))
                    .of(net, x)
                    .values();
            double[][] nodes = DEFAULTS.withTargets(Targets.layers("/block/0/MatMul", "/block/1/MatMul"))
                    .of(net, x)
                    .values();
            assertThat(module).isDeepEqualTo(both);
            assertThat(nodes).isDeepEqualTo(both);
        }
    }

    @Test
    void of_activationsAndInput_equalTapeGradients() {
        Array x = Nets.inputs(5, 3, 3, 8, 8);
        Loss loss = Loss.pseudoLabelCrossEntropy();
        try (Network net = Nets.of(Nets.image(4))) {
            GradientMetrics.Result result = DEFAULTS.withTargets(
                            Targets.several(Targets.input(), Targets.activations("act1", "act2")))
                    .of(net, x);
            int width = METRICS.size() + 1;
            for (int i = 0; i < 3; i++) {
                Array row = x.slice(i, i + 1);
                try (Tape tape = Tape.record(net, row, Recording.ofTaps(net, List.of("act1", "act2")))) {
                    double[] z = net.logits(row).toDoubles();
                    Array c = Array.of(loss.gradient(z), 1, z.length);
                    double[] input = tape.gradient(c, "input").toDoubles();
                    double[] acts = DoubleStream.concat(
                                    DoubleStream.of(tape.gradient(c, "act1").toDoubles()),
                                    DoubleStream.of(tape.gradient(c, "act2").toDoubles()))
                            .toArray();
                    assertClose(Arrays.copyOf(result.values()[i], width), SlowGradients.metrics(METRICS, input), 1e-9);
                    assertClose(
                            Arrays.copyOfRange(result.values()[i], width, 2 * width),
                            SlowGradients.metrics(METRICS, acts),
                            1e-9);
                }
            }
        }
    }

    @Test
    void of_unknownTargets_areListed() {
        try (Network net = Nets.of(Nets.vector(4))) {
            Array x = Nets.inputs(9, 1, 7);
            assertThatThrownBy(() -> DEFAULTS.withTargets(Targets.layers("fc9")).of(net, x))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("fc9")
                    .hasMessageContaining("fc1");
            assertThatThrownBy(() ->
                            DEFAULTS.withTargets(Targets.parameters("nothing")).of(net, x))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("fc1.weight");
            assertThatThrownBy(() ->
                            DEFAULTS.withTargets(Targets.activations("nothing")).of(net, x))
                    .isInstanceOf(UnsupportedModelException.class);
            assertThatThrownBy(() -> GradientMetrics.defaults().of(net, x).column("nothing"))
                    .hasMessageContaining("network.max");
        }
        Graph bare =
                new GraphOf(2).floats("x", -1, 5).node("logits", "Tanh", "x").build();
        try (Network net = Nets.of(bare)) {
            assertThatThrownBy(() -> DEFAULTS.of(net, Nets.inputs(9, 1, 5)))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("no weights");
            assertThatThrownBy(() -> DEFAULTS.withTargets(Targets.perLayer()).of(net, Nets.inputs(9, 1, 5)))
                    .isInstanceOf(UnsupportedModelException.class);
        }
    }

    @Test
    void of_weightsTheLogitsDoNotSee_areLeftOut() {
        Graph g = new GraphOf(3)
                .floats("x", -1, 4)
                .weight("unused.weight", 4, 2)
                .node("side", "MatMul", "x", "unused.weight")
                .logits("x", 4)
                .build();
        try (Network net = Nets.of(g)) {
            Array x = Nets.inputs(10, 2, 4);
            double[][] whole = DEFAULTS.of(net, x).values();
            assertThat(DEFAULTS.withTargets(Targets.parameters("head.weight", "head.bias"))
                            .of(net, x)
                            .values())
                    .isDeepEqualTo(whole);
            assertThatThrownBy(() -> DEFAULTS.withTargets(Targets.parameters("unused.weight"))
                            .of(net, x))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("logits depend on");
        }
    }

    @Test
    void of_activationsBesideTheLogits_areRefused() {
        Graph g = new GraphOf(5)
                .floats("x", -1, 4)
                .weight("side.weight", 4, 2)
                .node("side", "MatMul", "x", "side.weight")
                .ints("ids", -1, 4)
                .logits("x", 4)
                .build();
        try (Network net = Nets.of(g)) {
            assertThatThrownBy(() ->
                            DEFAULTS.withTargets(Targets.activations("side")).recording(net))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("'side' that the logits depend on")
                    .hasMessageContaining("flat");
            assertThatThrownBy(() -> DEFAULTS.withTargets(Targets.activations("head.weight"))
                            .recording(net))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("Targets.parameters");
        }
    }

    @Test
    void of_integerActivation_isRefused() {
        Graph g = new GraphOf(6)
                .floats("x", -1, 4)
                .node("whole", "Cast", Attributes.NONE.with("to", 7L), "x")
                .node("back", "Cast", Attributes.NONE.with("to", 1L), "whole")
                .node("sum", "Add", "back", "x")
                .logits("sum", 4)
                .build();
        try (Network net = Nets.of(g)) {
            assertThatThrownBy(() ->
                            DEFAULTS.withTargets(Targets.activations("whole")).of(net, Nets.inputs(1, 2, 4)))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("float tensors")
                    .hasMessageContaining("[2, 4]");
        }
    }
}
