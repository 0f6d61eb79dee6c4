package dev.qualm.network.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.array.DType;
import dev.qualm.network.engine.NativeScope;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import dev.qualm.network.graph.Attributes;
import dev.qualm.network.graph.Node;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class DropoutOperatorsTest {
    private static final int N = 10_000;
    private static final Array RATIO = Array.of(new float[] {0.25f});
    private static final Array ON = Array.of(new boolean[] {true});
    private static final Array OFF = Array.of(new boolean[] {false});

    @Test
    void run_inference_isTheIdentityWithFullMask() {
        List<Array> out = run(13, false, Attributes.NONE, 2, RATIO, ON);
        assertThat(out.get(0)).isEqualTo(ones());
        assertThat(out.get(1).dtype()).isEqualTo(DType.BOOL);
        assertThat(out.get(1).toDoubles()).containsOnly(1);
    }

    @Test
    void run_maskBeforeOpset10_hasTypeOfInput() {
        assertThat(run(7, false, Attributes.NONE, 2).get(1)).isEqualTo(ones());
        assertThat(run(10, false, Attributes.NONE, 2).get(1).dtype()).isEqualTo(DType.BOOL);
    }

    @Test
    void run_training_dropsAndRescales() {
        List<Array> out = run(13, true, Attributes.NONE, 2, RATIO, ON);
        assertDropped(out.get(0), 0.25);
        for (int i = 0; i < N; i++) {
            assertThat(out.get(0).get(i) != 0).isEqualTo(out.get(1).get(i) != 0);
        }
        assertDropped(run(13, true, Attributes.NONE, 1, RATIO, ON).get(0), 0.25);
    }

    @Test
    void run_trainingBeforeOpset12_takesRatioFromAttribute() {
        assertDropped(run(7, true, Attributes.NONE.with("ratio", 0.75f), 1).get(0), 0.75);
        assertDropped(run(6, true, Attributes.NONE, 1).get(0), 0.5);
    }

    @Test
    void run_trainingRuledOutByTheFile_isTheIdentity() {
        assertThat(run(13, true, Attributes.NONE, 1, RATIO, OFF).get(0)).isEqualTo(ones());
        assertThat(run(13, true, Attributes.NONE, 1, RATIO).get(0)).isEqualTo(ones());
        assertThat(run(6, true, Attributes.NONE.with("is_test", 1L), 1).get(0)).isEqualTo(ones());
    }

    @Test
    void run_trainingWithRatioOne_isRefused() {
        assertThatThrownBy(() -> run(13, true, Attributes.NONE, 1, Array.of(new float[] {1}), ON))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("expected a ratio in [0, 1), but found 1.0");
    }

    private static void assertDropped(Array y, double ratio) {
        int zeros = 0;
        for (double v : y.toDoubles()) {
            assertThat(v == 0 || Math.abs(v - 1 / (1 - ratio)) < 1e-6).isTrue();
            zeros += v == 0 ? 1 : 0;
        }
        // Six standard deviations of the binomial distribution are at most 0.03.
        assertThat((double) zeros / N).isCloseTo(ratio, within(0.03));
    }

    private static Array ones() {
        float[] ones = new float[N];
        Arrays.fill(ones, 1);
        return Array.of(ones, N);
    }

    private static List<Array> run(int opset, boolean training, Attributes attributes, int outputs, Array... more) {
        List<String> names = List.of("x", "ratio", "training_mode").subList(0, 1 + more.length);
        Node node = new Node("drop", "", "Dropout", names, List.of("y", "mask").subList(0, outputs), attributes);
        Kernel kernel = DropoutOperators.all()
                .get(0)
                .factory()
                .create(new NodeContext(node, opset, Precision.FLOAT32, training, Map.of()));
        try (NativeScope scope = NativeScope.values()) {
            Tensor[] in = new Tensor[1 + more.length];
            in[0] = Tensors.of(ones(), Precision.FLOAT32);
            for (int i = 0; i < more.length; i++) {
                in[1 + i] = Tensors.of(more[i], Precision.FLOAT32);
            }
            return Arrays.stream(kernel.run(new Inputs(in)))
                    .map(Tensors::toArray)
                    .toList();
        }
    }
}
