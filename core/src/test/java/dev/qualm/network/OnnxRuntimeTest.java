package dev.qualm.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.qualm.QualmException;
import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.engine.Precision;
import dev.qualm.testkit.Close;
import dev.qualm.testkit.Golden;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxRuntimeTest {
    private static final double TOLERANCE = 1e-5;

    @ParameterizedTest
    @ValueSource(strings = {"n1-fmnist-cnn", "n2-rgb-resnet", "n3-tabular-mlp", "n4-avgpool-cnn", "n5-rgb-seq"})
    void run_goldenNetworks_givesWhatTheNetworkGives(String name) {
        Array input = Golden.arrays(name + "/io.npz").get("input");
        try (Network network = Golden.network(name, Precision.FLOAT32);
                OnnxRuntime runtime = OnnxRuntime.of(network)) {
            List<String> wanted = new ArrayList<>(network.structure().activations());
            wanted.add(network.structure().logits());
            Map<String, Array> feeds = Map.of(network.input().name(), input);
            Map<String, Array> expected = network.run(feeds, wanted);
            Map<String, Array> found = runtime.run(feeds, wanted);
            assertThat(found.keySet()).containsExactlyElementsOf(wanted);
            for (String tensor : wanted) {
                assertThat(found.get(tensor).shape())
                        .isEqualTo(expected.get(tensor).shape());
                assertThat(Close.relative(expected.get(tensor), found.get(tensor)))
                        .as(tensor)
                        .isLessThan(TOLERANCE);
            }
            assertThat(runtime.run(feeds, List.of(network.structure().logits())))
                    .containsOnlyKeys(network.structure().logits());
        }
    }

    @Test
    void run_manyThreadsWithSmallStacks_allGetTheSame() throws Exception {
        Array input = Golden.arrays("n1-fmnist-cnn/io.npz").get("input");
        try (Network network = Golden.network("n1-fmnist-cnn", Precision.FLOAT32);
                OnnxRuntime runtime = OnnxRuntime.of(network)) {
            Map<String, Array> feeds = Map.of(network.input().name(), input);
            List<String> wanted = List.of(network.structure().logits());
            List<FutureTask<float[]>> tasks = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                FutureTask<float[]> task = new FutureTask<>(
                        () -> runtime.run(feeds, wanted).get(wanted.get(0)).floats());
                tasks.add(task);
                new Thread(null, task, "small " + i, 512 << 10).start();
            }
            float[] first = tasks.get(0).get();
            for (FutureTask<float[]> task : tasks) {
                assertThat(task.get()).isEqualTo(first);
            }
        }
    }

    @Test
    void of_doublePrecision_isRefused() {
        try (Network network = Golden.network("n3-tabular-mlp", Precision.FLOAT64)) {
            assertThatThrownBy(() -> OnnxRuntime.of(network))
                    .isInstanceOf(QualmException.class)
                    .hasMessageContaining("FLOAT32, but this one is in FLOAT64");
        }
    }

    @Test
    void run_wrongNamesAndShapes_saySo() {
        try (Network network = Golden.network("n3-tabular-mlp", Precision.FLOAT32);
                OnnxRuntime runtime = OnnxRuntime.of(network)) {
            String logits = network.structure().logits();
            Array input = Golden.arrays("n3-tabular-mlp/io.npz").get("input");
            Map<String, Array> feeds = Map.of(network.input().name(), input);
            assertThatThrownBy(() -> runtime.run(feeds, List.of("nothing")))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("nothing");
            assertThatThrownBy(() -> runtime.run(Map.of("other", input), List.of(logits)))
                    .isInstanceOf(QualmException.class)
                    .hasMessageContaining(network.input().name());
            int[] shape = input.shape().clone();
            shape[1]++;
            Array wide = Array.of(new float[Arrays.stream(shape).reduce(1, (a, b) -> a * b)], shape);
            assertThatThrownBy(() -> runtime.run(Map.of(network.input().name(), wide), List.of(logits)))
                    .isInstanceOf(QualmException.class);
            // And still works.
            assertThat(runtime.run(feeds, List.of(logits)).get(logits).dim(0)).isEqualTo(input.dim(0));
        }
    }

    @Test
    void run_afterClose_isRefused() {
        try (Network network = Golden.network("n3-tabular-mlp", Precision.FLOAT32)) {
            OnnxRuntime runtime = OnnxRuntime.of(network);
            runtime.close();
            assertThatThrownBy(() ->
                            runtime.run(Map.of(), List.of(network.structure().logits())))
                    .isInstanceOf(QualmException.class)
                    .hasMessageContaining("closed");
        }
    }
}
